"""The work of a training trial: models are trained from scratch, again and again, metered run by run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.records import Measurement, Phase, Stage
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.worker.python.framewatt_worker.tensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from framewatt.trials.trial import KeepWindow
    from framewatt.trials.window import Instrument


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained, for how long, and how often; a query is one model trained from scratch.

    The worker reads `table` and is told `about` it. `rounds` says how long to train on each of the `folds`
    (or from each seed). A window trains `cycle` models, one per fold in turn, or whole multiples of that: all
    folds, or one. All candidates of a race share `cycle`. `model` is where the first fold's model was saved.
    """

    table: Path
    about: Mapping[str, Any] = field(repr=False)
    folds: int = 1
    rounds: tuple[int, ...] = (1,)
    most_rounds: int = 1
    seconds_per_run: float = 1.0
    cycle: int = 1
    units_per_query: float = 1.0
    model: Path | None = None

    @property
    def stage(self) -> Stage:
        """Training."""
        return Stage.TRAINING

    def bring_up(self, trial: Trial[Training], block: int, record: KeepWindow) -> float:
        """Read the table, and train as shortly as can be, which compiles what is compiled once: a script by
        one step, a table's library by one round; returns seconds per run.
        """
        record(trial.metered(Phase.IMPORT, block, 0, lambda: trial.ask("import"))[0])
        record(trial.metered(Phase.LOAD, block, 0, lambda: self._read_table(trial))[0])
        record(train(trial, Phase.COMPILE, block, 0, [(0, 1)], steps=1))
        return self.seconds_per_run

    def _read_table(self, trial: Trial[Training]) -> None:
        trial.ask("table", table=str(self.table), about=dict(self.about))

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """Whole cycles of folds, so many that a window lasts long enough to be metered."""
        return max(1, math.ceil(seconds / max(self.cycle * seconds_per_query, 1e-9))) * self.cycle

    def window(self, trial: Trial[Training], block: int, index: int, queries: int) -> Measurement:
        """Train `queries` models; the block's number tells the folds, so that all candidates get the same."""
        first = (block - 1) * self.cycle
        folds = [(first + query % self.cycle) % self.folds for query in range(queries)]
        runs = [(fold, self.rounds[fold]) for fold in folds]
        return replace(
            train(trial, Phase.STEADY, block, index, runs),
            units=queries * self.units_per_query,
            peak_memory_bytes=trial.worker.peak_memory_bytes(),
        )


TrainingSpec = LaunchSpec[Training]
"""A candidate that trains, ready to start."""
TrainingTrial = Trial[Training]
TrialOf = Callable[[TrainingSpec, Path], TrainingTrial]
"""A trial of a candidate that prints into a log, not yet launched."""


def trials_before_the_race(instrument: Instrument) -> TrialOf:
    """Trials number 0: of curves, tuning and refits."""
    return lambda spec, log: Trial(spec, 0, instrument, log)


def retrained(spec: TrainingSpec, **changes: Any) -> TrainingSpec:
    """The candidate with other terms of training."""
    return replace(spec, work=replace(spec.work, **changes))


def model_name(spec: TrainingSpec) -> str:
    """The file that its model was saved to; empty where there is none."""
    return spec.work.model.name if spec.work.model else ""


def train(  # noqa: PLR0913, PLR0917 - which window, of what, for how long
    trial: TrainingTrial,
    phase: Phase,
    block: int,
    index: int,
    runs: Sequence[tuple[int, int]],
    steps: int | None = None,
) -> Measurement:
    """One metered interval in which a model is trained for each (fold, rounds); the last one is kept.

    It may take the candidate's patience for each of its folds. A script's rounds may be cut to their
    first `steps`.
    """
    folds = sorted({fold for fold, _ in runs})
    trial.ask("folds", folds=folds)
    request = {
        "runs": [{"fold": fold, "rounds": rounds} for fold, rounds in runs],
        "settings": dict(trial.spec.settings),
        "steps": steps,
    }
    patience = trial.spec.patience * len(folds)
    return trial.metered(phase, block, index, lambda: trial.ask("train", patience=patience, **request))[0]


def begin(trial: TrainingTrial, fold: int) -> None:
    """A script's fresh learner, from the seed at position `fold`; never metered."""
    trial.ask("begin", fold=fold, settings=dict(trial.spec.settings))


def advance(trial: TrainingTrial, fold: int, epoch: int) -> tuple[Measurement, list[float]]:
    """One more epoch of the begun learner, metered as tuning, and the loss of each of its steps."""
    measurement, answer = trial.metered(Phase.TRAIN, fold, epoch, lambda: trial.ask("advance", epochs=1))
    return measurement, answer["losses"]


def scores(trial: TrainingTrial, part: str, rounds: Sequence[int], folder: Path) -> list[np.ndarray]:
    """What the kept model says of a part of the table after each number of rounds; never metered."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scores.tensors"
    trial.ask("scores", part=part, rounds=list(rounds), path=str(path))
    by_index = read_tensors(path)
    path.unlink()
    return [by_index[str(index)] for index in range(len(rounds))]


def save(trial: TrainingTrial, path: Path) -> tuple[Path, int] | None:
    """Write the kept model to `path`, or beside it with a suffix of its own.

    Returns the file and its bytes; None where a script does not save models.
    """
    answer = trial.ask("save", path=str(path))
    return (Path(answer["path"]), int(answer["bytes"])) if answer["path"] else None
