"""Who may race: what the admissions of tables and tasks share, from living workers to the last judgement."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from framewatt.errors import Inapplicable, TrialFailed
from framewatt.metering.accounting import reserved_joules
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.records import Candidate, Status
from framewatt.records.units import significant
from framewatt.runs.records import QualityScore, QualityTarget
from framewatt.studies.training.admission.learning_curve import TooSlow
from framewatt.studies.training.admission.refit import confirm
from framewatt.trials.training import retrained
from framewatt.workload.metrics import SMALLER_IS_BETTER, is_worse

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from numpy.typing import NDArray

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.records import Estimate, Measurement
    from framewatt.runs.records import Confirmation
    from framewatt.studies.context import StudyContext
    from framewatt.trials.training import TrainingSpec, TrainingTrial, TrialOf

    Equipped = tuple[CandidateSpec, TrainingSpec]
    """A candidate with all that it takes to launch it."""

RACE_CYCLES = 6
"""So many windows of all folds (or seeds) a race needs at least."""
SHORTEST_WINDOW_SECONDS = 0.5
_SHORTEST_RUN_SECONDS = 1e-4
_MEMORY_SHARE = 0.4

_STATUS_OF = {
    Inapplicable: Status.INAPPLICABLE,
    TooSlow: Status.ELIMINATED,
    TrialFailed: Status.FAILED,
}
_Result = TypeVar("_Result")


class Admission(ABC):
    """Carries a study's candidates to those that may race; everyone else is settled with the reason."""

    def __init__(self, context: StudyContext, trial_of: TrialOf, metric: str) -> None:
        """`trial_of` makes a trial."""
        self._context, self._trial_of, self._metric = context, trial_of, metric
        self._spent_joules = 0.0
        self._alive: dict[Hashable, TrainingTrial] = {}
        self._began = time.monotonic()

    @abstractmethod
    def admit(self, contestants: Mapping[str, Equipped]) -> list[TrainingSpec]:
        """Those that may race, with what they need to reach the quality."""

    @property
    def spent_seconds(self) -> float:
        """Wall seconds since the first launch."""
        return time.monotonic() - self._began

    def close(self) -> None:
        """End all workers."""
        for key in list(self._alive):
            self._dismiss(key)

    @staticmethod
    def _key(contestant: TrainingSpec) -> Hashable:
        """Candidates of one key share a worker."""
        return contestant.candidate

    def _left(self) -> float:
        return max(self._context.request.race.budget - self.spent_seconds, 1.0)

    def _record(self, measurement: Measurement) -> None:
        self._spent_joules += reserved_joules(measurement)
        self._context.keep(measurement)

    def _with_trial(
        self, contestant: TrainingSpec, work: Callable[[TrainingTrial], _Result], *, settle: bool = True
    ) -> _Result | None:
        """What `work` finds with a living trial; None where that fails, which settles the contestant."""
        key = self._key(contestant)
        try:
            trial = self._alive.get(key) or self._launch(contestant)
            trial.spec = contestant
            trial.resume()
            result = work(trial)
            trial.suspend()
        except (Inapplicable, TooSlow, TrialFailed) as reason:
            self._dismiss(key)
            if settle:
                self._context.settle(contestant.candidate, _STATUS_OF[type(reason)], str(reason))
            return None
        self._make_room()
        return result

    def _launch(self, contestant: TrainingSpec) -> TrainingTrial:
        log = self._context.run.logs / f"explore-{time.time_ns()}.log"
        trial = self._alive[self._key(contestant)] = self._trial_of(contestant, log)
        trial.launch(0, self._record)
        return trial

    def _make_room(self) -> None:
        """Workers live on for the next step as long as all of them fit well into memory."""
        held = sum(trial.worker.peak_memory_bytes() or 0 for trial in self._alive.values())
        if held > _MEMORY_SHARE * (available_memory_bytes() + held):
            self.close()

    def _dismiss(self, key: Hashable) -> None:
        trial = self._alive.pop(key, None)
        if trial is not None:
            trial.close()

    def _settle_target(self, asked: float | None, reached: Mapping[str, float]) -> float:
        """What the user asked for, else what the incumbent reached, else the median candidate.

        A target stands once it was set: those that a resumed run settled before were judged by it.
        """
        earlier = [target.value for target in self._context.run.records(QualityTarget)]
        if earlier and earlier[0] is not None:
            return earlier[0]
        target, source = asked, "--quality"
        if target is None and reached:
            target, source = median(reached.values()), "the median candidate"
            if incumbent := self._incumbent(reached):
                target, source = reached[incumbent], f"what the incumbent {incumbent} reaches"
        self._context.keep(QualityTarget(self._metric, target, source, dict(reached)))
        return target if target is not None else 0.0

    def _incumbent(self, candidates: Iterable[str]) -> str | None:
        """The candidate that the user runs today, by its id or its framework's name."""
        asked = self._context.request.race.incumbent
        return next((name for name in candidates if Candidate.parse(name).matches(asked)), None)

    def _confirmed(
        self, contestant: TrainingSpec, labels: NDArray[Any]
    ) -> tuple[TrainingSpec, Confirmation] | None:
        """Clean refits, judged once on the test part; the first fold's model is kept in the run folder."""
        self._context.progress.say(f"refitting {Candidate.parse(contestant.candidate).framework}")
        folder, scratch = self._context.run.path / "models", self._context.run.path / "scratch"
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.iterdir())):02d}.model"
        parts = self._metric, labels, self._record, scratch, path
        confirmation = self._with_trial(contestant, lambda trial: confirm(trial, *parts))
        if confirmation is None:
            return None
        model = folder / confirmation.model_file if confirmation.model_file else None
        seconds = max(confirmation.seconds, _SHORTEST_RUN_SECONDS)
        return retrained(contestant, seconds_per_run=seconds, model=model), confirmation

    def _fell_short(self, came: float, within: str, target: float) -> str:
        """Why a candidate that never kept the target may not race."""
        best = f"came to {self._metric} {significant(came, 4)} within {within}"
        return f"{best}, short of {significant(target, 4)}"

    def _passes_the_test(self, name: str, test: Estimate, target: float) -> bool:
        """Keep the quality on the test part; a candidate beyond doubt short of the target is settled."""
        metric = self._metric
        self._context.keep(QualityScore(name, metric, test.value, test.low, test.high))
        if not is_worse(metric, test.low if metric in SMALLER_IS_BETTER else test.high, target):
            return True
        reason = f"{metric} {significant(test.value, 4)} on the test part is beyond doubt short of "
        self._context.settle(name, Status.INFEASIBLE, f"{reason}{significant(target, 4)}")
        return False
