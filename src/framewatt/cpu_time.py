"""CPU seconds of another process and its children, read from outside so that no worker has to help."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_TICK = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_AFTER_NAME = 2
"""In /proc/PID/stat the fields are counted after the name in parentheses, which may hold anything."""


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Cumulative CPU seconds of a process tree since it started."""

    user: float
    system: float


def cpu_times(pid: int) -> CpuTimes:
    """CPU seconds of `pid`, of its living descendants, and of those it has reaped.

    On Linux the process's own total comes from its CPU-time clock in nanoseconds (clock_getcpuclockid(3):
    the clock of process p is ``~p << 3 | 2``); the kernel counts user against system time, and reaped
    children, in ticks of 10 ms only. Returns zeros once the process is gone.
    """
    try:
        return _linux_tree(pid) if sys.platform == "linux" else _portable_tree(pid)
    except (OSError, psutil.Error):
        return CpuTimes(0.0, 0.0)


def _linux_tree(pid: int) -> CpuTimes:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, reaped_user, reaped_system = (
        int(fields[i - _AFTER_NAME - 1]) * _TICK for i in range(14, 18)
    )
    own = time.clock_gettime((~pid << 3) | 2)
    share = system / (user + system) if user + system else 0.0
    times = CpuTimes(own * (1 - share) + reaped_user, own * share + reaped_system)
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            below = _linux_tree(int(child))
        except OSError:
            continue  # it ended between the listing and the reading; its parent has reaped it
        times = CpuTimes(times.user + below.user, times.system + below.system)
    return times


def _portable_tree(pid: int) -> CpuTimes:
    process = psutil.Process(pid)
    user = system = 0.0
    for member in (process, *process.children(recursive=True)):
        times = member.cpu_times()
        user, system = user + times.user, system + times.system
    return CpuTimes(user, system)
