"""Running the blocks that the race asks for: launching, suspending, metering, repeating what was noisy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from framewatt.errors import Inapplicable, TrialFailed
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.trials.trial import LaunchSpec, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np

    from framewatt.contracts import Meter
    from framewatt.records import Block, Measurement, Slot

_ATTEMPTS = 3
"""A noisy window is tried at most this often; the last attempt then stands, marked."""
_SMALLEST_COHORT = 2
"""An anchor and another: fewer could not be compared side by side."""
_GIVE_UP = 3
"""After so many windows that never became quiet the machine itself is busy: repeating is spared until
one window is quiet again."""
_HEADROOM = 1.2
"""Windows aim so far above the meter's minimum, since the work may run faster than when it was paced."""
_MEMORY_SHARE = 0.5
"""Workers stay alive as long as they fit in this share of the free memory."""


@dataclass(slots=True)
class BlockOutcome:
    """What a block brought: its windows, wall seconds, launch seconds, and who fell."""

    measurements: list[Measurement] = field(default_factory=list)
    seconds: float = 0.0
    launch_seconds: dict[str, float] = field(default_factory=dict)
    fallen: dict[str, Exception] = field(default_factory=dict)


class BlockRunner:
    """Holds the living trials of a study. Every finished window is handed to `record` at once."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a block's running, named once
        self,
        meter: Meter,
        window_seconds: float,
        record: Callable[[Measurement], None],
        logs: Path,
        idle_watts: Mapping[str, float],
        trial_type: type[Trial] = Trial,
    ) -> None:
        """`window_seconds` is how long a steady window should last; workers print into `logs`.

        `idle_watts` is what each of the meter's domains draws when nothing runs.
        `trial_type` is what a contestant's trial is: inference unless told otherwise.
        """
        self._trial_type = trial_type
        self._idle_watts = dict(idle_watts)
        self._meter = meter
        self._window_seconds = max(window_seconds, _HEADROOM * meter.minimum_window_seconds)
        self._record = record
        self._logs = logs
        self._alive: dict[str, Trial] = {}
        self._pace: dict[str, float] = {}
        self._hopeless = 0

    def admit(self, contestant: LaunchSpec, trial: int) -> float:
        """Launch a contestant's first trial and keep it for the race; returns the launch's wall seconds.

        Raises:
            Inapplicable, TrialFailed: it cannot run the model.
        """
        clock = time.monotonic()
        self._launch(contestant, trial, block=0)
        return time.monotonic() - clock

    def outputs(self, candidate: str, count: int, folder: Path) -> list[dict[str, np.ndarray]]:
        """What an admitted contestant computes for the first `count` samples."""
        trial = self._alive[candidate]
        trial.resume()
        try:
            return trial.outputs(count, folder)
        finally:
            trial.suspend()

    def peak_memory_bytes(self, candidate: str) -> int | None:
        """The largest resident size of an admitted contestant so far."""
        return self._alive[candidate].worker.peak_memory_bytes()

    def cohort_size(self) -> int | None:
        """How many of the largest workers fit in their share of the memory together; None: all of them do."""
        peaks = [trial.worker.peak_memory_bytes() or 0 for trial in self._alive.values()]
        room = _MEMORY_SHARE * (available_memory_bytes() + sum(peaks))
        if sum(peaks) <= room:
            return None
        return max(_SMALLEST_COHORT, int(room // max(peaks)))

    def run(
        self, block: Block, contestants: Mapping[str, LaunchSpec], done: set[tuple[str, int]]
    ) -> BlockOutcome:
        """Run a block's slots in order, leaving out the (candidate, window) pairs that are `done`."""
        outcome = BlockOutcome()
        clock = time.monotonic()
        for slot in block.slots:
            if slot.candidate not in contestants:
                continue
            try:
                trial = self._trial(contestants[slot.candidate], slot, block.number, outcome)
                for window in range(slot.windows):
                    if (slot.candidate, window) not in done:
                        outcome.measurements += self._window(trial, block.number, window)
                trial.suspend()
            except (Inapplicable, TrialFailed) as error:
                self.dismiss(slot.candidate)
                outcome.fallen[slot.candidate] = error
        outcome.seconds = time.monotonic() - clock
        return outcome

    def dismiss(self, candidate: str) -> None:
        """End a contestant's worker."""
        trial = self._alive.pop(candidate, None)
        if trial is not None:
            trial.close()

    def close(self) -> None:
        """End all workers."""
        for candidate in list(self._alive):
            self.dismiss(candidate)

    def __enter__(self) -> BlockRunner:  # noqa: PYI034 - not subclassed
        """The runner itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        self.close()

    def _trial(self, contestant: LaunchSpec, slot: Slot, block: int, outcome: BlockOutcome) -> Trial:
        trial = self._alive.get(slot.candidate)
        if trial is None or trial.number < slot.trial:
            clock = time.monotonic()
            trial = self._launch(contestant, slot.trial, block)
            outcome.launch_seconds[slot.candidate] = time.monotonic() - clock
        trial.resume()
        return trial

    def _launch(self, contestant: LaunchSpec, number: int, block: int) -> Trial:
        self.dismiss(contestant.candidate)
        self._make_room()
        log = self._logs / f"worker-{len(list(self._logs.glob('worker-*.log'))):04d}.log"
        trial = self._trial_type(contestant, number, self._meter, log, self._idle_watts)
        try:
            pace = trial.launch(block, self._record)
        except BaseException:
            trial.close()
            raise
        self._pace.setdefault(contestant.candidate, pace)
        self._alive[contestant.candidate] = trial
        trial.suspend()
        return trial

    def _window(self, trial: Trial, block: int, index: int) -> list[Measurement]:
        name = trial.contestant.candidate
        attempts = []
        for _ in range(_ATTEMPTS if self._hopeless < _GIVE_UP else 1):
            queries = trial.queries_for(self._window_seconds, self._pace[name])
            measurement = trial.window(block, index, queries)
            self._record(measurement)
            attempts.append(measurement)
            if measurement.usage.seconds < self._meter.minimum_window_seconds:
                self._pace[name] = measurement.usage.seconds / queries
            if not measurement.noisy and not measurement.invalid:
                self._hopeless = 0
                return attempts
        self._hopeless += 1
        return attempts

    def _make_room(self) -> None:
        """End the longest-waiting workers while all of them hold more than their share of the memory."""
        while self._alive:
            held = sum(trial.worker.peak_memory_bytes() or 0 for trial in self._alive.values())
            if held <= _MEMORY_SHARE * (available_memory_bytes() + held):
                return
            self.dismiss(next(iter(self._alive)))
