"""How long must each candidate train? Learning curves on the validation folds, metered as tuning."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from framewatt.metering.accounting import reserved_joules
from framewatt.records import Measurement, Phase
from framewatt.records.units import format_duration
from framewatt.studies.training.admission.scoring import quality_of
from framewatt.studies.training.admission.time_to_quality import checkpoints, crossing, steps
from framewatt.trials import training

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from framewatt.studies.training.data.folds import Folds
    from framewatt.studies.training.data.table import TrainingTable
    from framewatt.trials.training import TrainingTrial


class TooSlow(Exception):  # noqa: N818 - names an outcome
    """A candidate whose share of the budget does not even buy its shortest curve."""


@dataclass(slots=True)
class Exploration:
    """A candidate's curve: validation quality of each fold after so many rounds.

    `cost` holds (rounds, seconds, CPU seconds, joules) of one run at each training length that was tried.
    """

    candidate: str
    most: int
    curve: dict[int, list[float]] = field(default_factory=dict)
    cost: list[tuple[int, float, float, float]] = field(default_factory=list)
    complete: bool = True

    @property
    def trained(self) -> int:
        """The longest training that was tried."""
        return self.cost[-1][0] if self.cost else 0

    def cpu_seconds(self, rounds: int) -> float:
        """CPU seconds of a training of `rounds`, in proportion to the nearest longer one that was tried."""
        length, _, cpu, _ = next(entry for entry in self.cost if entry[0] >= rounds)
        return cpu * rounds / length


@dataclass(frozen=True, slots=True)
class Explorer:
    """Trains on folds in doubling lengths until a target is kept, the rounds end, or the allowance does."""

    table: TrainingTable
    folds: Folds
    record: Callable[[Measurement], None]
    scratch: Path

    def explore(
        self, trial: TrainingTrial, folds: Sequence[int], target: float | None, allowance: float
    ) -> Exploration:
        """The curve over `folds`; without a target as far as the rounds or the allowance (seconds) go.

        Raises:
            TooSlow: the allowance ended before the first length was tried on all folds.
            Inapplicable, TrialFailed: it cannot train.
        """
        most = trial.spec.work.most_rounds
        exploration = Exploration(trial.spec.candidate, most)
        left, clock = allowance, time.monotonic()
        lengths = steps(most)
        while lengths:
            length = self._next_length(lengths, exploration, target, left)
            if length is None:
                exploration.complete = False
                break
            lengths = [rounds for rounds in lengths if rounds > length]
            self._try_length(trial, folds, length, exploration, left)
            left = allowance - (time.monotonic() - clock)
            if (
                target is not None
                and crossing(exploration.curve, self.table.metric, target, most) is not None
            ):
                break
        return exploration

    @staticmethod
    def _next_length(
        lengths: Sequence[int], exploration: Exploration, target: float | None, left: float
    ) -> int | None:
        """The shortest length while a target may stop us early; the longest affordable where none can."""
        if not exploration.cost:
            return lengths[0]
        length, seconds, _, _ = exploration.cost[-1]
        affordable = [rounds for rounds in lengths if seconds * rounds / length <= left]
        if not affordable:
            return None
        return affordable[0] if target is not None else affordable[-1]

    def _try_length(
        self, trial: TrainingTrial, folds: Sequence[int], rounds: int, exploration: Exploration, left: float
    ) -> None:
        looks = checkpoints(rounds)
        values: dict[int, list[float]] = {number: [] for number in looks}
        clock = time.monotonic()
        windows = []
        for done, fold in enumerate(folds, start=1):
            windows.append(training.train(trial, Phase.TRAIN, 0, rounds, [(fold, rounds)]))
            self.record(windows[-1])
            labels = self.table.target[self.folds.validation[fold]]
            fold_scores = training.scores(trial, f"validation-{fold}", looks, self.scratch)
            for number, scores in zip(looks, fold_scores, strict=True):
                values[number].append(quality_of(self.table.metric, scores, labels))
            spent = time.monotonic() - clock
            if not exploration.cost and spent / done * len(folds) > left:
                reason = f"{rounds} rounds on {done} of {len(folds)} folds took {format_duration(spent)}"
                raise TooSlow(f"{reason}, more than its share of --budget ({format_duration(left)})")
        exploration.curve.update(values)
        cpu = sum(window.usage.cpu_seconds for window in windows) / len(windows)
        joules = sum(reserved_joules(window) for window in windows) / len(windows)
        exploration.cost.append((rounds, time.monotonic() - clock, cpu, joules))
