"""Clean refits at the chosen number of rounds, judged once on the test part."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.metering.accounting import reserved_joules
from framewatt.records import Estimate, Phase
from framewatt.runs.records import Confirmation
from framewatt.studies.training.admission.scoring import quality_of
from framewatt.trials import training
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from framewatt.records import Measurement
    from framewatt.trials.training import TrainingTrial

_RESAMPLES = 200


def confirm(  # noqa: PLR0913, PLR0917 - the parts of a judgement, named once
    trial: TrainingTrial,
    metric: str,
    labels: NDArray[Any],
    record: Callable[[Measurement], None],
    scratch: Path,
    model: Path,
) -> Confirmation:
    """Train every fold once more with nothing but training in the window, and judge it on the test part.

    The first fold's model is saved to `model`, if it can be; `labels` are the test part's.

    Raises:
        Inapplicable, TrialFailed: it cannot train.
    """
    windows, scores, saved = [], [], None
    for fold, rounds in enumerate(trial.spec.work.rounds):
        windows.append(training.train(trial, Phase.TRAIN, 0, -1 - fold, [(fold, rounds)]))
        record(windows[-1])
        scores += training.scores(trial, "test", [rounds], scratch)
        if fold == 0:
            saved = training.save(trial, model)
    return Confirmation(
        test=judged(metric, scores, labels),
        seconds=fmean(window.usage.seconds for window in windows),
        cpu_seconds=fmean(window.usage.cpu_seconds for window in windows),
        joules=fmean(reserved_joules(window) for window in windows),
        model_bytes=saved[1] if saved else None,
        model_file=saved[0].name if saved else None,
    )


def judged(metric: str, scores: list[NDArray[np.float64]], labels: NDArray[np.float64]) -> Estimate:
    """Mean quality of several models on one test part; the 95 % interval is over resampled rows.

    The percentile bootstrap (Efron 1979, Annals of Statistics 7:1): the rows are what chance has drawn.

    Raises:
        TrialFailed: see `quality_of`.
    """
    value = fmean(quality_of(metric, score, labels) for score in scores)
    rng = np.random.default_rng(0)
    means = []
    for _ in range(_RESAMPLES):
        rows = rng.integers(0, len(labels), len(labels))
        if len(np.unique(labels[rows])) > 1:
            means.append(fmean(quality.score(metric, score[rows], labels[rows]) for score in scores))
    low, high = np.quantile(means, [0.025, 0.975]) if means else (value, value)
    return Estimate(value, float(min(low, value)), float(max(high, value)))
