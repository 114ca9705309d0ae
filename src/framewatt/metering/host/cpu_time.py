"""CPU seconds of another process and its children, read from outside so that no worker has to help."""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

from framewatt.records import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

_Answer = TypeVar("_Answer")
_TICK = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_READINGS = 3
"""A tree that changes while it is read is read again, at most so often."""
_AFTER_NAME = 2
"""In /proc/PID/stat the fields are counted after the name in parentheses, which may hold anything."""


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """CPU seconds so far of whatever a clock counts."""

    user: float
    system: float

    def since(self, before: CpuTimes, seconds: float) -> Usage:
        """What was used since `before`, in `seconds` of wall time; never less than nothing.

        The kernel's share of system time is an estimate that may fall while the total grows, and a child's
        nanoseconds become whole ticks when it is reaped: at short distances a difference can be negative.
        """
        used = max(0.0, (self.user - before.user) + (self.system - before.system))
        system = min(max(0.0, self.system - before.system), used)
        return Usage(seconds, used - system, system)


def nobody() -> CpuTimes:
    """The clock of a window in which nobody works."""
    return CpuTimes(0.0, 0.0)


def reaped() -> CpuTimes:
    """CPU seconds of all our own children that have ended and were waited for, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return CpuTimes(used.ru_utime, used.ru_stime)


def timed(clock: Callable[[], CpuTimes], work: Callable[[], _Answer]) -> tuple[_Answer, Usage]:
    """What `work` answers and what it took, by `clock`; no meter reads meanwhile."""
    before, began = clock(), time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - began
    return answer, clock().since(before, seconds)


def cpu_times(pid: int) -> CpuTimes:
    """CPU seconds of `pid`, of its living descendants, and of those it has reaped.

    On Linux the process's own total comes from its CPU-time clock in nanoseconds (clock_getcpuclockid(3):
    the clock of process p is ``~p << 3 | 2``); the kernel counts user against system time, and reaped
    children, in ticks of 10 ms only. Where a sandbox refuses that clock, ticks alone count. Returns zeros
    once the process is gone.
    """
    try:
        return _tree(pid)
    except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
        return CpuTimes(0.0, 0.0)


def children(pid: int) -> list[int]:
    """The living children of a process, whichever of its threads started them.

    Raises:
        psutil.NoSuchProcess: the process is gone.
    """
    try:
        listed = [_children_of_thread(thread) for thread in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # not Linux, or a kernel that lists no children
        return [child.pid for child in psutil.Process(pid).children()]
    return [child for pids in listed for child in pids]


def _children_of_thread(thread: Path) -> list[int]:
    try:
        return [int(child) for child in (thread / "children").read_text().split()]
    except OSError:
        if thread.exists():
            raise
        return []  # it ended between the listing and the reading; what it started is its process's now


def _tree(pid: int) -> CpuTimes:
    if sys.platform != "linux":
        return _portable_tree(pid)
    try:
        return _linux_tree(pid)
    except OSError:
        if not Path(f"/proc/{pid}/stat").exists():
            raise
        return _portable_tree(pid)


def _linux_tree(pid: int) -> CpuTimes:
    """A child that is reaped between two readings would be in neither: what was reaped must stand still."""
    for _ in range(_READINGS):
        own, reaped_before = _own_and_reaped(pid)
        living = [cpu_times(child) for child in children(pid)]
        if _own_and_reaped(pid)[1] == reaped_before:
            break
    counted = (own, reaped_before, *living)
    return CpuTimes(sum(times.user for times in counted), sum(times.system for times in counted))


def _own_and_reaped(pid: int) -> tuple[CpuTimes, CpuTimes]:
    """What the process itself used, and what the children used that it has reaped."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, reaped_user, reaped_system = (
        int(fields[i - _AFTER_NAME - 1]) * _TICK for i in range(14, 18)
    )
    own = time.clock_gettime((~pid << 3) | 2)
    share = system / (user + system) if user + system else 0.0
    return CpuTimes(own * (1 - share), own * share), CpuTimes(reaped_user, reaped_system)


def _portable_tree(pid: int) -> CpuTimes:
    process = psutil.Process(pid)
    own = process.cpu_times()
    user, system = own.user + own.children_user, own.system + own.children_system
    for child in process.children():
        below = cpu_times(child.pid)
        user, system = user + below.user, system + below.system
    return CpuTimes(user, system)
