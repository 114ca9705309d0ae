from pathlib import Path

import pytest

from framewatt.conditions import observe


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("name", "text", "version", "quota"),
    [
        ("sys/fs/cgroup/cpu.max", "150000 100000", 2, 1.5),
        ("sys/fs/cgroup/cpu.max", "max 100000", 2, None),
        ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000", 1, 2.0),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1", 1, None),
    ],
)
def test_cpu_limits_of_both_cgroup_versions_are_understood(
    tmp_path: Path, name: str, text: str, version: int, quota: float | None
) -> None:
    _write(tmp_path, name, text)
    if "cfs_quota" in name:
        _write(tmp_path, name.replace("quota", "period"), "100000")
    seen = observe(0.01, tmp_path)
    assert (seen.cgroup_version, seen.cpu_quota) == (version, quota)


def test_governor_turbo_and_throttling_are_read(tmp_path: Path) -> None:
    cpus = "sys/devices/system/cpu"
    _write(tmp_path, f"{cpus}/cpu0/cpufreq/scaling_governor", "powersave\n")
    _write(tmp_path, f"{cpus}/intel_pstate/no_turbo", "1\n")
    for cpu in (0, 1):
        _write(tmp_path, f"{cpus}/cpu{cpu}/thermal_throttle/core_throttle_count", "3\n")
    seen = observe(0.01, tmp_path)
    assert (seen.governor, seen.turbo, seen.throttled) == ("powersave", False, 6)


def test_what_a_host_does_not_tell_stays_unknown(tmp_path: Path) -> None:
    seen = observe(0.01, tmp_path)
    assert (seen.governor, seen.turbo, seen.throttled, seen.cpu_quota) == (None, None, None, None)
