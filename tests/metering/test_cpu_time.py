"""CPU seconds of a process tree, however it is shaped and whatever the kernel refuses."""

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
