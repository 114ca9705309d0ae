"""A training trial: a worker that trains models from scratch, again and again, metered run by run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.records import Measurement, Phase
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.worker.python.framewatt_worker.tensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from framewatt.contracts import Meter


@dataclass(frozen=True, slots=True)
class TrainingSpec(LaunchSpec):
    """What it takes to train one candidate on the folds of a table.

    `rounds` says how long to train on each fold (or from each seed). A window trains `cycle` models, one
    per fold in turn, or whole multiples of that: all folds, or one. All candidates of a race share `cycle`.
    """

    table: Path = Path()
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    folds: int = 1
    rounds: tuple[int, ...] = (1,)
    most_rounds: int = 1
    seconds_per_run: float = 1.0
    cycle: int = 1


class TrainingTrial(Trial):
    """A living worker that holds the table. A query is one model trained from scratch."""

    contestant: TrainingSpec

    def launch(self, block: int, record: Callable[[Measurement], None]) -> float:
        """Start the worker, read the table, and train as shortly as can be, which compiles what is compiled
        once: a script by one step, a table's library by one round; returns seconds per run.

        Raises:
            Inapplicable, TrialFailed: see `WorkerProcess.request`.
        """
        told = self.contestant
        self._start()
        table = {"table": str(told.table), "about": dict(told.about)}
        record(self._metered(Phase.IMPORT, block, 0, lambda: self._ask("import"))[0])
        record(self._metered(Phase.LOAD, block, 0, lambda: self._ask("table", **table))[0])
        record(self.train(Phase.COMPILE, block, 0, [(0, 1)], steps=1))
        return told.seconds_per_run

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """Whole cycles of folds, so many that a window lasts long enough to be metered."""
        cycle = self.contestant.cycle
        return max(1, math.ceil(seconds / max(cycle * seconds_per_query, 1e-9))) * cycle

    def window(self, block: int, index: int, queries: int) -> Measurement:
        """Train `queries` models; the block's number tells the folds, so that all candidates get the same."""
        told = self.contestant
        first = (block - 1) * told.cycle
        folds = [(first + query % told.cycle) % told.folds for query in range(queries)]
        runs = [(fold, told.rounds[fold]) for fold in folds]
        measurement = self.train(Phase.STEADY, block, index, runs)
        return replace(
            measurement,
            units=queries * told.units_per_query,
            peak_memory_bytes=self.worker.peak_memory_bytes(),
        )

    def train(
        self,
        phase: Phase,
        block: int,
        index: int,
        runs: Sequence[tuple[int, int]],
        steps: int | None = None,
    ) -> Measurement:
        """One metered interval in which a model is trained for each (fold, rounds); the last one is kept.

        It may take the contestant's patience for each of its folds. A script's rounds may be cut to their
        first `steps`.
        """
        folds = sorted({fold for fold, _ in runs})
        self._ask("folds", folds=folds)
        patience = self.contestant.patience * len(folds)
        request = {
            "runs": [{"fold": fold, "rounds": rounds} for fold, rounds in runs],
            "settings": dict(self.contestant.settings),
            "steps": steps,
        }
        work = partial(self.worker.request, "train", timeout=patience, **request)
        return self._metered(phase, block, index, work)[0]

    def begin(self, fold: int) -> None:
        """A script's fresh learner, from the seed at position `fold`; never metered."""
        self._ask("begin", fold=fold, settings=dict(self.contestant.settings))

    def advance(self, fold: int, epoch: int) -> tuple[Measurement, list[float]]:
        """One more epoch of the begun learner, metered as tuning, and the loss of each of its steps."""
        measurement, answer = self._metered(Phase.TRAIN, fold, epoch, lambda: self._ask("advance", epochs=1))
        return measurement, answer["losses"]

    def scores(self, part: str, rounds: Sequence[int], folder: Path) -> list[np.ndarray]:
        """What the kept model says of a part of the table after each number of rounds; never metered."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "scores.tensors"
        self._ask("scores", part=part, rounds=list(rounds), path=str(path))
        found = read_tensors(path)
        path.unlink()
        return [found[str(index)] for index in range(len(rounds))]

    def save(self, path: Path) -> tuple[Path, int] | None:
        """Write the kept model to `path`, or beside it with a suffix of its own.

        Returns the file and its bytes; None where a script does not save models.
        """
        answer = self._ask("save", path=str(path))
        return (Path(answer["path"]), int(answer["bytes"])) if answer["path"] else None


TrialOf = Callable[[TrainingSpec, Path], TrainingTrial]
"""A trial of a contestant that prints into a log, not yet launched."""


def trials_before_the_race(meter: Meter, idle_watts: Mapping[str, float]) -> TrialOf:
    """Trials number 0: of curves, tuning and refits."""
    return lambda contestant, log: TrainingTrial(contestant, 0, meter, log, idle_watts)
