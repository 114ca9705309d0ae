import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from framewatt.frequency import CHAIN, KERNEL, Frequency, busy_frequency, probe

NO_WRITABLE_CODE = 65  # PR_SET_MDWE of prctl(2), since Linux 6.3


def _cpus(root: Path, **clocks: list[int]) -> Path:
    for name, kilohertz in clocks.items():
        for number, clock in enumerate(kilohertz):
            folder = root / f"sys/devices/system/cpu/cpu{number}/cpufreq"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"{clock}\n")
    return root


@pytest.mark.skipif(probe().method != CHAIN, reason=f"no chain of additions here: {probe().reason}")
def test_the_chain_of_additions_gives_the_same_clock_twice() -> None:
    first, second = probe(), probe()
    assert first.busy_hz == pytest.approx(second.busy_hz, rel=0.25)
    assert 0.2e9 < (first.busy_hz or 0) < 10e9


def test_the_clock_is_probed_once_in_a_process() -> None:
    assert busy_frequency() is busy_frequency()


def test_where_no_machine_code_is_known_the_kernel_is_asked_for_the_fastest_cpu(tmp_path: Path) -> None:
    root = _cpus(tmp_path, scaling_cur_freq=[800_000, 2_600_000], cpuinfo_max_freq=[2_600_000, 5_200_000])
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
        "import ctypes, pathlib, sys; from framewatt.frequency import probe; "
        f"assert ctypes.CDLL(None).prctl({NO_WRITABLE_CODE}, 1, 0, 0, 0) == 0; "
        "print(probe(pathlib.Path(sys.argv[1]), 'x86_64').reason)"
    )
    done = subprocess.run(
        [sys.executable, "-c", refused, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "executable memory is refused here" in done.stdout


def test_garbage_in_cpufreq_is_no_clock(tmp_path: Path) -> None:
    root = _cpus(tmp_path, scaling_cur_freq=[1])
    (root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq").write_text("<unknown>\n")
    assert probe(root, "aarch64").busy_hz is None


def test_what_cpuinfo_states_is_kept_apart_from_what_was_measured(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("processor\t: 0\ncpu MHz\t\t: 2596.144\n")
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
