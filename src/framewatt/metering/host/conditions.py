"""The state of a machine that changes what its energy figures mean: governor, turbo, limits, heat, load."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

_SYSTEM = Path("/sys/devices/system/cpu")
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Conditions:
    """A glance at the host; None where it does not say.

    `load` is the share of all CPUs that anything kept busy, `steal` the share that the hypervisor took, both
    over the glance; `cpu_quota` is in CPUs; `temperature` in degrees Celsius.
    """

    governor: str | None
    turbo: bool | None
    container: str | None
    cgroup_version: int | None
    cpu_quota: float | None
    temperature: float | None
    throttled: int | None
    load: float
    steal: float


def observe(seconds: float = 0.5, root: Path = Path("/")) -> Conditions:
    """Look at the host for `seconds`; `root` is where its /sys, /proc and / are seen."""
    times = psutil.cpu_times_percent(interval=seconds)
    version, quota = _cgroup(root)
    return Conditions(
        governor=_text(root, _SYSTEM / "cpu0/cpufreq/scaling_governor"),
        turbo=turbo(root),
        container=_container(root),
        cgroup_version=version,
        cpu_quota=quota,
        temperature=_temperature(),
        throttled=_throttled(root),
        load=max(0.0, 1 - (times.idle + getattr(times, "iowait", 0.0)) / 100),
        steal=getattr(times, "steal", 0.0) / 100,
    )


def turbo(root: Path = Path("/")) -> bool | None:
    """Whether the kernel lets CPUs clock above their nominal frequency, None where it does not say."""
    no_turbo = _text(root, _SYSTEM / "intel_pstate/no_turbo")
    if no_turbo is not None:
        return no_turbo == "0"
    boost = _text(root, _SYSTEM / "cpufreq/boost")
    return None if boost is None else boost == "1"


def _container(root: Path) -> str | None:
    if (root / ".dockerenv").exists():
        return "docker"
    if (root / "run/.containerenv").exists():
        return "podman"
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    return os.environ.get("container")  # noqa: SIM112 - systemd and lxc write it in lower case


def cpu_quota(root: Path = Path("/")) -> float | None:
    """How many CPUs' time the tightest cgroup around this process allows, None without a limit."""
    return _cgroup(root)[1]


def _cgroup(root: Path) -> tuple[int | None, float | None]:
    """Version of the hierarchy that limits CPU (both may be mounted), and the tightest limit in CPUs."""
    own = _own_cgroups(root)
    v2 = [_text(root, folder / "cpu.max") for folder in _ancestors(own.get("", "/"))]
    if any(v2):
        return 2, min(filter(None, (_cpus(*text.split()) for text in v2 if text)), default=None)
    for controller in ("cpu", "cpu,cpuacct"):
        v1 = [
            (_text(root, folder / "cpu.cfs_quota_us"), _text(root, folder / "cpu.cfs_period_us"))
            for folder in _ancestors(own.get("cpu", "/"), controller)
        ]
        if any(quota for quota, _ in v1):
            return 1, min(filter(None, (_cpus(*limit) for limit in v1)), default=None)
    return (2 if _text(root, _CGROUP / "cgroup.controllers") else None), None


def _own_cgroups(root: Path) -> dict[str, str]:
    """The path of this process in each controller's hierarchy; that of v2 has no name."""
    lines = (_text(root, Path("/proc/self/cgroup")) or "").splitlines()
    entries = (line.split(":", 2) for line in lines if line.count(":") > 1)
    return {name: path for _, names, path in entries for name in names.split(",")}


def _ancestors(path: str, controller: str = "") -> list[Path]:
    """The folders of a cgroup and of all above it: inside a container only the uppermost may be visible."""
    own = Path(path.lstrip("/"))
    return [_CGROUP / controller / part for part in (own, *own.parents)]


def _cpus(quota: str | None, period: str | None = None) -> float | None:
    try:
        limit = int(quota or "") / int(period or "")
    except (ValueError, ZeroDivisionError):  # "max"
        return None
    return limit if limit > 0 else None  # v1 writes -1 for no limit


def _temperature() -> float | None:
    if not hasattr(psutil, "sensors_temperatures"):
        return None
    sensors = psutil.sensors_temperatures()
    readings = [entry.current for entries in sensors.values() for entry in entries if entry.current > 0]
    return max(readings, default=None)


def _throttled(root: Path) -> int | None:
    counts = [
        _text(root, Path("/") / path.relative_to(root))
        for path in (root / "sys/devices/system/cpu").glob("cpu[0-9]*/thermal_throttle/core_throttle_count")
    ]
    known = [int(count) for count in counts if count and count.isdigit()]
    return sum(known) if known else None


def _text(root: Path, path: Path) -> str | None:
    try:
        return (root / path.relative_to("/")).read_text().strip() or None
    except OSError:
        return None
