"""What this machine is, and what else it is doing (Linux first; elsewhere what psutil knows)."""

from __future__ import annotations

import math
import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

from framewatt.metering.host.conditions import cpu_quota
from framewatt.records import Host, HostState

_STAT_HZ = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


_ISA = (
    *("sse4_2", "avx", "avx2", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni"),
    *("amx_tile", "amx_bf16", "amx_int8", "asimd", "sve", "bf16", "i8mm"),
)


def available_memory_bytes() -> int:
    """Memory that can be taken now without swapping."""
    return int(psutil.virtual_memory().available)


def inspect_host() -> Host:
    """This machine."""
    info = _cpuinfo()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    return Host(
        cpu_model=info.get("model name") or platform.processor() or platform.machine(),
        cpu_family=_number(info.get("cpu family")),
        cpu_model_number=_number(info.get("model")),
        isa=tuple(name for name in _ISA if name in flags),
        logical_cpus=psutil.cpu_count() or 1,
        physical_cores=psutil.cpu_count(logical=False),
        sockets=_sockets(),
        memory_bytes=psutil.virtual_memory().total,
        system=platform.system(),
        machine=platform.machine(),
        virtual="hypervisor" in flags,
    )


def usable_cpus() -> tuple[int, ...]:
    """The CPUs this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def reservable_cpus() -> int:
    """How many CPUs work here can keep busy: those this process may run on, within a cgroup's limit."""
    usable, quota = len(usable_cpus()), cpu_quota()
    return usable if quota is None else min(usable, math.ceil(quota))


@dataclass(frozen=True, slots=True)
class HostTimes:
    """Cumulative seconds over all CPUs since boot: busy with anything, and stolen by the hypervisor."""

    busy: float
    steal: float


def host_times() -> HostTimes:
    """The machine's clock of work, in ticks of 10 ms on most kernels."""
    times = psutil.cpu_times()
    steal = getattr(times, "steal", 0.0)
    idle = times.idle + getattr(times, "iowait", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return HostTimes(busy=sum(times) - idle - steal - guest, steal=steal)


def host_state(before: HostTimes, after: HostTimes, own_cpu_seconds: float) -> HostState:
    """What the host did besides the worker between two readings.

    The kernel counts in ticks, so a difference smaller than two ticks is none.
    """
    foreign = after.busy - before.busy - own_cpu_seconds
    floor = 2 / _STAT_HZ
    return HostState(
        foreign_cpu_seconds=foreign if foreign > floor else 0.0,
        steal_seconds=after.steal - before.steal,
        frequency_hz=_frequency_hz(),
    )


def _frequency_hz() -> float | None:
    try:
        return int(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq").read_text()) * 1e3
    except (OSError, ValueError):
        return None


def _cpuinfo() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    first = text.split("\n\n", 1)[0]
    return {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _sockets() -> int | None:
    ids = {
        path.read_text().strip()
        for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/physical_package_id")
    }
    return len(ids) or None
