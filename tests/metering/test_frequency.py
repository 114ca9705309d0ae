import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewatt.metering.host.clock import CHAIN, KERNEL, Frequency, busy_frequency, probe

NO_WRITABLE_CODE = 65  # PR_SET_MDWE of prctl(2), since Linux 6.3


def _cpus(root: Path, **clocks: list[int]) -> Path:
    for name, kilohertz in clocks.items():
        for number, clock in enumerate(kilohertz):
            folder = root / f"sys/devices/system/cpu/cpu{number}/cpufreq"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"{clock}\n")
    return root


@pytest.fixture
def one_cpu() -> Iterator[None]:
    """This process on one CPU: its neighbours may clock otherwise."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.mark.usefixtures("one_cpu")
def test_the_chain_of_additions_gives_the_same_clock_twice() -> None:
    first, second = probe(), probe()
    if first.method != CHAIN:
        pytest.skip(f"no chain of additions here: {first.reason}")
    assert first.busy_hz == pytest.approx(second.busy_hz, rel=0.25)
    assert 0.2e9 < (first.busy_hz or 0) < 10e9


def test_the_clock_is_probed_once_in_a_process() -> None:
    assert busy_frequency() is busy_frequency()


def test_where_no_machine_code_is_known_the_kernel_is_asked_for_the_fastest_cpu(tmp_path: Path) -> None:
    root = _cpus(tmp_path, scaling_cur_freq=[800_000, 2_600_000], cpuinfo_max_freq=[5_200_000, 5_200_000])
    found = probe(root, "aarch64")
    assert (found.busy_hz, found.method, found.most_hz) == (2.6e9, KERNEL, 5.2e9)
    assert found.share == pytest.approx(0.5)


def test_without_any_means_the_clock_is_unknown_with_the_reason(tmp_path: Path) -> None:
    found = probe(tmp_path, "riscv64")
    assert found.busy_hz is None
    assert "riscv64" in (found.reason or "")
    assert found.share is None


def test_a_kernel_that_refuses_executable_memory_leaves_a_reason_and_no_crash(tmp_path: Path) -> None:
    if ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0:  # PR_GET_MDWE
        pytest.skip("this kernel cannot refuse writable code")
    refused = (
        "import ctypes, pathlib, sys; from framewatt.metering.host.clock import probe; "
        f"assert ctypes.CDLL(None).prctl({NO_WRITABLE_CODE}, 1, 0, 0, 0) == 0; "
        "print(probe(pathlib.Path(sys.argv[1]), 'x86_64').reason)"
    )
    done = subprocess.run(
        [sys.executable, "-c", refused, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "executable memory is refused here" in done.stdout


@pytest.mark.parametrize(
    "maps", [None, b"7f00-7f01 r--p 00 00:00 0 /tmp/\xff\n"], ids=["missing", "not UTF-8"]
)
def test_memory_maps_that_do_not_show_the_right_to_run_are_a_reason_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maps: bytes | None
) -> None:
    if maps is not None:
        (tmp_path / "maps").write_bytes(maps)
    monkeypatch.setattr("framewatt.metering.host.clock._MAPS", tmp_path / "maps")
    monkeypatch.setattr("framewatt.metering.host.clock._no_machine_code", lambda _machine: None)
    assert "executable memory is refused here" in (probe(tmp_path).reason or "")


def test_on_a_hybrid_cpu_a_thread_at_the_small_cores_highest_clock_is_at_its_highest(tmp_path: Path) -> None:
    root = _cpus(tmp_path, scaling_cur_freq=[800_000, 3_800_000], cpuinfo_max_freq=[5_200_000, 3_800_000])
    assert probe(root, "aarch64").share == pytest.approx(1.0)


def test_with_turbo_off_the_highest_clock_is_firmware_s_and_not_the_nominal_one(tmp_path: Path) -> None:
    root = _turbo_off(_cpus(tmp_path, scaling_cur_freq=[2_400_000], cpuinfo_max_freq=[2_400_000]))
    folder = root / "sys/devices/system/cpu/cpu0/acpi_cppc"
    folder.mkdir()
    for name, value in (("highest_perf", 240), ("nominal_perf", 160), ("nominal_freq", 2400)):
        (folder / name).write_text(f"{value}\n")
    found = probe(root, "aarch64")
    assert found.most_hz == pytest.approx(3.6e9)
    assert found.share == pytest.approx(2 / 3)
    assert not found.below_turbo


def test_with_turbo_off_and_silent_firmware_the_highest_clock_is_unknown_and_warned_of(
    tmp_path: Path,
) -> None:
    root = _turbo_off(_cpus(tmp_path, scaling_cur_freq=[2_400_000], cpuinfo_max_freq=[2_400_000]))
    found = probe(root, "aarch64")
    assert (found.most_hz, found.share, found.below_turbo) == (None, None, True)


def _turbo_off(root: Path) -> Path:
    (root / "sys/devices/system/cpu/intel_pstate").mkdir()
    (root / "sys/devices/system/cpu/intel_pstate/no_turbo").write_text("1\n")
    return root


def test_garbage_in_cpufreq_is_no_clock(tmp_path: Path) -> None:
    root = _cpus(tmp_path, scaling_cur_freq=[1])
    (root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq").write_text("<unknown>\n")
    assert probe(root, "aarch64").busy_hz is None


def test_the_least_clock_that_cpuinfo_states_is_kept_apart_from_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("cpu MHz\t\t: 3601.5\n\ncpu MHz\t\t: 2596.144\n")
    found = probe(tmp_path, "aarch64")
    assert found.stated_hz == pytest.approx(2.596144e9)
    assert found.busy_hz is None


def test_a_clock_above_the_highest_stated_one_is_the_highest() -> None:
    assert Frequency(5.3e9, CHAIN, most_hz=5.2e9).share == 1.0


@pytest.mark.parametrize(
    ("busy", "most", "seems_off"), [(2.6e9, None, True), (3.6e9, None, False), (2.6e9, 3.6e9, False)]
)
def test_turbo_seems_off_where_a_busy_thread_gains_nothing_over_the_stated_clock(
    busy: float,
    most: float | None,
    seems_off: bool,  # noqa: FBT001 - pytest hands it over by name
) -> None:
    assert Frequency(busy, CHAIN, most_hz=most, stated_hz=2.6e9).below_turbo is seems_off
