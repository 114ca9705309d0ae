"""The highest memory mark of a process and its children."""

from __future__ import annotations

import resource
from pathlib import Path

import psutil

from framewatt.metering.counters import Poller
from framewatt.metering.host.cpu_time import children

_BYTES_PER_MAXRSS = 1024  # Linux counts in KiB
_CLEARLY_MORE = 1.1
_LOOK_SECONDS = 0.025
_MOST_OF_A_CORE = 0.003  # for looking, which is part of the metered window


class PeakMemory:
    """The highest memory mark of a process and its children, looked up now and then."""

    def __init__(self, pid: int) -> None:
        self._pid, self._highest = pid, 0
        self._poller = Poller(self._look, _LOOK_SECONDS, _MOST_OF_A_CORE)
        self._poller.start()
        self._own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def stop(self, reported: int) -> int | None:
        """Peak of the largest process in bytes, from the ``ru_maxrss`` that the kernel `reported` at its end.

        The kernel counts our own memory at the fork as the child's: so below that it tells nothing, and the
        highest mark seen stands in (None if the command was gone before the first look).
        """
        self._poller.stop()
        if reported > _CLEARLY_MORE * self._own:
            return reported * _BYTES_PER_MAXRSS
        return self._highest or None

    def _look(self) -> None:
        waiting = [self._pid]
        while waiting:
            pid = waiting.pop()
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                waiting += children(pid)
            except (OSError, psutil.NoSuchProcess):
                continue
            marks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
            self._highest = max([self._highest, *(int(mark) * _BYTES_PER_MAXRSS for mark in marks)])
