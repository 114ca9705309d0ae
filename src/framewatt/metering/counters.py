"""Energy counters that wrap, reset and fail, and the thread that reads them between two ends of a window."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_OF_A_RANGE = 0.5
_UPDATE_SECONDS = 0.1  # what counters show is up to so old: an update between two close readings shows it all


@dataclass(slots=True)
class WrappingCounter:
    """Joules since the window opened, from a counter that starts again at zero after `range_joules`.

    Whatever it gained must be possible at `most_watts`, and a counter that fell has wrapped only if it was
    read often enough that it cannot have wrapped twice; anything else is a fault, named in `fault`.
    """

    range_joules: float
    most_watts: float
    joules: float = 0.0
    fault: str | None = None
    _last: tuple[float, float] | None = field(default=None, repr=False)

    def open(self, when: float, reading: float) -> None:
        """Start a window at `when` (s) with the counter at `reading` (J)."""
        self.joules, self.fault, self._last = 0.0, None, (when, reading)

    def advance(self, when: float, reading: float) -> None:
        """Account for a later reading."""
        if self._last is None or self.fault:
            return
        last_when, last_reading = self._last
        elapsed, gained = when - last_when, reading - last_reading
        possible = 2 * (elapsed + _UPDATE_SECONDS) * self.most_watts
        if elapsed * self.most_watts > self.range_joules:
            self.fault = f"was read {elapsed:.3g} s apart: it may have wrapped unseen in between"
        elif gained < 0:
            gained += self.range_joules
            if gained > min(possible, _MOST_OF_A_RANGE * self.range_joules):
                self.fault = f"fell from {last_reading:.6g} J to {reading:.6g} J: a reset, not a wrap"
        elif gained > possible:
            self.fault = f"rose by {gained:.6g} J in {elapsed:.3g} s: more than it can draw"
        if not self.fault:
            self.joules += gained
            self._last = (when, reading)

    def fail(self, reason: str) -> None:
        """Note why this window has no energy; the first reason stays."""
        self.fault = self.fault or reason


class Poller:
    """A thread that sleeps, and now and then calls `poll`: about every `interval` s, at a random phase.

    Where `poll` costs more CPU time, it is called less often: it takes at most `most_of_a_core` (0..1).
    """

    def __init__(self, poll: Callable[[], None], interval: float, most_of_a_core: float = 1.0) -> None:
        self._poll, self._interval, self._most_of_a_core = poll, interval, most_of_a_core
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin polling."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="framewatt-meter", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Wait until the last poll has ended."""
        self._stopped.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        wait = self._interval
        # A random phase keeps the samples from following a periodic load or the sensor's own clock.
        while not self._stopped.wait(wait * random.uniform(0.75, 1.25)):  # noqa: S311 - no secret
            before = time.thread_time()
            self._poll()
            wait = max(self._interval, (time.thread_time() - before) / self._most_of_a_core)


@dataclass(slots=True)
class PowerIntegral:
    """Joules since the window opened, from powers read now and then (trapezoidal rule).

    Readings more than `widest_gap` s apart leave the energy between them unknown: a fault, not a guess.
    """

    widest_gap: float
    joules: float = 0.0
    fault: str | None = None
    _last: tuple[float, float] | None = field(default=None, repr=False)

    def open(self, when: float, watts: float) -> None:
        """Start a window at `when` (s) with a power of `watts`."""
        self.joules, self.fault, self._last = 0.0, None, (when, watts)

    def advance(self, when: float, watts: float) -> None:
        """Account for a later reading."""
        if self._last is None or self.fault:
            return
        last_when, last_watts = self._last
        if when - last_when > self.widest_gap:
            self.fault = f"no power was read for {when - last_when:.3g} s"
            return
        self.joules += (when - last_when) * (watts + last_watts) / 2
        self._last = (when, watts)
