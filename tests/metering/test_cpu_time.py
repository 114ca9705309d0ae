"""CPU seconds of a process tree, however it is shaped and whatever the kernel refuses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from framewatt.metering.host import cpu_time
from framewatt.metering.host.cpu_time import children, cpu_times

SPIN = "import time\nwhile time.process_time() < 0.3: pass\n"
SPUN = f"{SPIN}print('spun', flush=True)\ninput()\n"
BY_A_THREAD = f"""
import subprocess, sys, threading
started = threading.Thread(target=lambda: subprocess.run([sys.executable, "-c", {SPUN!r}]))
started.start()
started.join()
"""


@contextmanager
def _running(program: str) -> Iterator[int]:
    """A process that has said it spun, and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "spun\n"
        yield process.pid
        process.stdin.write("\n")


def _refused(*_: object) -> float:
    raise PermissionError(1, "Operation not permitted")


def test_a_child_that_another_thread_started_is_counted() -> None:
    with _running(BY_A_THREAD) as pid:
        assert children(pid) == [child.pid for child in psutil.Process(pid).children()]
        assert cpu_times(pid).user + cpu_times(pid).system >= 0.29


@pytest.mark.parametrize("program", [SPUN, BY_A_THREAD])
def test_where_a_sandbox_refuses_the_clock_ticks_are_counted(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _running(program) as pid:
        monkeypatch.setattr(time, "clock_gettime", _refused)
        assert cpu_times(pid).user + cpu_times(pid).system >= 0.25


def test_where_the_kernel_lists_no_children_psutil_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with _running(BY_A_THREAD) as pid:
        monkeypatch.setattr(cpu_time, "_children_of_thread", _refused)
        assert cpu_times(pid).user + cpu_times(pid).system >= 0.29


def test_a_process_that_is_gone_has_no_cpu_time() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert cpu_times(ended.pid) == cpu_time.CpuTimes(0.0, 0.0)


@pytest.mark.parametrize(
    ("before", "after", "user", "system"),
    [
        ((0.00, 0.03), (0.10, 0.02), 0.09, 0.0),  # the share of system time fell
        ((0.05, 0.01), (0.04, 0.05), 0.0, 0.03),  # the share of user time fell
        ((0.139, 0.0), (0.13, 0.0), 0.0, 0.0),  # nanoseconds became ticks
        ((1.0, 0.5), (1.5, 0.75), 0.5, 0.25),
    ],
)
def test_no_part_of_a_usage_is_negative(
    before: tuple[float, float], after: tuple[float, float], user: float, system: float
) -> None:
    usage = cpu_time.CpuTimes(*after).since(cpu_time.CpuTimes(*before), 1.0)
    assert (usage.user_seconds, usage.system_seconds) == pytest.approx((user, system))


def test_a_child_that_is_reaped_while_the_tree_is_read_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parent's line is read before, its place among the living after it was reaped."""
    spinner = subprocess.Popen([sys.executable, "-c", SPIN])
    listed = cpu_time.children

    def reap_first(pid: int) -> list[int]:
        spinner.wait()
        return listed(pid)

    monkeypatch.setattr(cpu_time, "children", reap_first)
    before, after = cpu_time.reaped(), cpu_times(os.getpid())
    own = time.process_time()
    assert after.user + after.system - own - before.user - before.system >= 0.25
