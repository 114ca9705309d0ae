"""Running the blocks that the race asks for: launching, suspending, metering, repeating what was noisy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from framewatt.errors import Inapplicable, TrialFailed
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.trials.trial import LaunchSpec, Trial, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from framewatt.records import Block, Measurement, Slot
    from framewatt.trials.trial import KeepWindow
    from framewatt.trials.window import Instrument

_Work = TypeVar("_Work", bound=Work)
_Answer = TypeVar("_Answer")

WINDOW_SECONDS = 0.5
"""How long a steady window should last, where the meter does not need longer ones."""
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
    """What a block brought: its windows, wall seconds, launch seconds, and who fell.

    `earlier_launches` are the seconds of launches of its candidates that came before it: no part of its own.
    """

    measurements: list[Measurement] = field(default_factory=list)
    seconds: float = 0.0
    launch_seconds: dict[str, float] = field(default_factory=dict)
    earlier_launches: dict[str, float] = field(default_factory=dict)
    fallen: dict[str, Exception] = field(default_factory=dict)


class BlockRunner(Generic[_Work]):
    """Holds the living trials of a study. Every finished window is handed to `record` at once."""

    def __init__(
        self,
        instrument: Instrument,
        record: KeepWindow,
        logs: Path,
        open_trial: Callable[[LaunchSpec[_Work], int, Instrument, Path], Trial[_Work]] = Trial,
    ) -> None:
        """Nothing runs yet; workers print into `logs`."""
        self._open_trial = open_trial
        self._instrument = instrument
        self._shortest = instrument.meter.minimum_window_seconds
        self._window_seconds = max(WINDOW_SECONDS, _HEADROOM * self._shortest)
        self._record = record
        self._logs = logs
        self._alive: dict[str, Trial[_Work]] = {}
        self._pace: dict[str, float] = {}
        self._admitted: dict[str, float] = {}
        self._hopeless = 0

    def admit(self, contestant: LaunchSpec[_Work]) -> float:
        """Launch a contestant's first trial, which the race goes on with; returns the launch's wall seconds.

        Raises:
            Inapplicable, TrialFailed: it cannot run the model.
        """
        clock = time.monotonic()
        self._launch(contestant, number=1, block=0)
        self._admitted[contestant.candidate] = time.monotonic() - clock
        return self._admitted[contestant.candidate]

    def ask(self, candidate: str, question: Callable[[Trial[_Work]], _Answer]) -> _Answer:
        """What an admitted candidate's trial answers to `question`; it runs only meanwhile."""
        trial = self._alive[candidate]
        trial.resume()
        try:
            return question(trial)
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
        self, block: Block, contestants: Mapping[str, LaunchSpec[_Work]], done: set[tuple[str, int]]
    ) -> BlockOutcome:
        """Run a block's slots in order, leaving out the (candidate, window) pairs that are `done`."""
        outcome = BlockOutcome()
        clock = time.monotonic()
        for slot in block.slots:
            if slot.candidate not in contestants:
                continue
            if slot.candidate in self._admitted:
                outcome.earlier_launches[slot.candidate] = self._admitted.pop(slot.candidate)
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

    def __enter__(self) -> BlockRunner[_Work]:
        """The runner itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        self.close()

    def _trial(
        self, contestant: LaunchSpec[_Work], slot: Slot, block: int, outcome: BlockOutcome
    ) -> Trial[_Work]:
        trial = self._alive.get(slot.candidate)
        if trial is None or trial.number < slot.trial:
            clock = time.monotonic()
            trial = self._launch(contestant, slot.trial, block)
            outcome.launch_seconds[slot.candidate] = time.monotonic() - clock
        trial.resume()
        return trial

    def _launch(self, contestant: LaunchSpec[_Work], number: int, block: int) -> Trial[_Work]:
        self.dismiss(contestant.candidate)
        self._make_room()
        log = self._logs / f"worker-{len(list(self._logs.glob('worker-*.log'))):04d}.log"
        trial = self._open_trial(contestant, number, self._instrument, log)
        try:
            pace = trial.launch(block, self._record)
        except BaseException:
            trial.close()
            raise
        self._pace.setdefault(contestant.candidate, pace)
        self._alive[contestant.candidate] = trial
        trial.suspend()
        return trial

    def _window(self, trial: Trial[_Work], block: int, index: int) -> list[Measurement]:
        name = trial.spec.candidate
        attempts = []
        for _ in range(_ATTEMPTS if self._hopeless < _GIVE_UP else 1):
            queries = trial.queries_for(self._window_seconds, self._pace[name])
            measurement = trial.window(block, index, queries)
            self._record(measurement)
            attempts.append(measurement)
            if measurement.usage.seconds < self._shortest:
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
