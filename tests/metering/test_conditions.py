from pathlib import Path

import pytest

from framewatt.metering.host.conditions import cpu_quota, observe


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


@pytest.mark.parametrize(
    ("cgroup", "files", "version", "quota"),
    [
        ("0::/app.slice/run", {"app.slice/cpu.max": "300000 100000", "app.slice/run/cpu.max": "max"}, 2, 3),
        ("0::/app.slice/run", {"app.slice/cpu.max": "max", "app.slice/run/cpu.max": "50000 100000"}, 2, 0.5),
        ("0::/../gone", {"cpu.max": "100000 100000"}, 2, 1),
        (
            "3:cpu,cpuacct:/job\n0::/",
            {"cpu,cpuacct/job/cpu.cfs_quota_us": "250000", "cpu,cpuacct/job/cpu.cfs_period_us": "100000"},
            1,
            2.5,
        ),
    ],
)
def test_the_tightest_limit_above_this_process_counts(
    tmp_path: Path, cgroup: str, files: dict[str, str], version: int, quota: float
) -> None:
    _write(tmp_path, "proc/self/cgroup", cgroup)
    for name, text in files.items():
        _write(tmp_path, f"sys/fs/cgroup/{name}", text)
    assert cpu_quota(tmp_path) == quota
    assert observe(0.01, tmp_path).cgroup_version == version


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
