"""The quality of what a trained model predicts: a candidate's own fault where there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.errors import BadInput, TrialFailed
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from numpy.typing import NDArray


def quality_of(metric: str, scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """The metric of a candidate's scores (n, ...) against labels (n, ...).

    Raises:
        TrialFailed: scores of a shape that does not fit the metric, or that are not numbers.
    """
    try:
        value = quality.score(metric, scores, labels)
    except BadInput as error:
        raise TrialFailed(f"predict(): {error}") from None
    if np.isnan(scores).any() or not math.isfinite(value):
        raise TrialFailed("the quality of its scores is not a number")
    return value
