"""Task quality from outputs and labels: one function a metric, each larger-is-better unless it says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


def accuracy(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """The share of labels that were predicted; labels have one number where outputs have a row of scores.

    `scores` is (n, ..., classes), of which the largest wins; or (n,) or (n, 1) predictions, which are
    rounded (a probability above one half is class 1).
    """
    scored = scores.ndim > 1 and scores.shape[-1] > 1
    predicted = scores.argmax(axis=-1) if scored else np.rint(scores)
    return float(np.mean(predicted == labels.reshape(predicted.shape)))


def top5(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """The share of samples whose label is among the five largest of their (n, classes) scores."""
    best = np.argsort(scores, axis=-1)[..., -5:]
    return float(np.mean((best == labels.reshape(*scores.shape[:-1], 1)).any(axis=-1)))


def rmse(predicted: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Root mean square error, smaller is better."""
    return float(np.sqrt(np.mean((predicted.reshape(labels.shape) - labels) ** 2)))


def auc(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Area under the ROC curve of a binary label: the Mann-Whitney statistic, ties counting half.

    `scores` is (n, 2) class scores or (n,) scores of the second class.
    """
    second = scores[:, 1] if scores.ndim > 1 else scores
    positive = labels > 0
    count = int(positive.sum())
    if count in {0, len(labels)}:
        raise ValueError("both classes must occur")
    ranks = stats.rankdata(second)
    wins = float(ranks[positive].sum()) - count * (count + 1) / 2
    return wins / (count * (len(labels) - count))


def log_loss(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Mean negative logarithm of the probability given to the label, in nats; smaller is better."""
    table = scores if scores.ndim > 1 else np.stack([1 - scores, scores], axis=1)
    chosen = np.take_along_axis(table, labels.astype(int)[:, None], axis=1)
    return float(-np.log(np.clip(chosen, np.finfo(np.float32).eps, 1)).mean())


def mae(predicted: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Mean absolute error, smaller is better."""
    return float(np.mean(np.abs(predicted.reshape(labels.shape) - labels)))


def r2(predicted: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """The share of the labels' variance that is explained."""
    residual = np.sum((predicted.reshape(labels.shape) - labels) ** 2)
    return float(1 - residual / np.sum((labels - labels.mean()) ** 2))


METRICS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    "accuracy": accuracy,
    "top5": top5,
    "rmse": rmse,
    "auc": auc,
    "log_loss": log_loss,
    "mae": mae,
    "r2": r2,
}
SMALLER_IS_BETTER = frozenset({"rmse", "log_loss", "mae"})
_LOWEST = {"r2": -math.inf}
"""Where a metric may fall below 0."""


def score(metric: str, outputs: NDArray[Any], labels: NDArray[Any]) -> float:
    """The metric of stacked first outputs (n, ...) against labels (n, ...).

    Raises:
        BadInput: an unknown metric, or shapes that do not fit it.
    """
    if metric not in METRICS:
        raise BadInput(f"--metric {metric!r} is unknown; known: {', '.join(METRICS)}")
    if len(outputs) != len(labels):
        raise BadInput(f"--labels holds {len(labels)} labels, but there are {len(outputs)} samples")
    try:
        return METRICS[metric](np.asarray(outputs, np.float64), np.asarray(labels, np.float64))
    except (ValueError, IndexError) as error:
        shapes = f"outputs {outputs.shape} and labels {labels.shape}"
        raise BadInput(f"--metric {metric} does not fit {shapes}: {error}") from None


def require_possible(metric: str, wanted: float, where: str = "--quality") -> None:
    """Refuse a quality that no model can have; the message begins with `where` it was asked for.

    Raises:
        BadInput: beyond the metric's ends.
    """
    low, high = (0.0, math.inf) if metric in SMALLER_IS_BETTER else (_LOWEST.get(metric, 0.0), 1.0)
    if not low <= wanted <= high:
        ends = "at least 0" if math.isinf(high) else f"at most {high:g}" if math.isinf(low) else "from 0 to 1"
        raise BadInput(f"{where} {wanted:g}: {metric} is {ends}")


def is_worse(metric: str, value: float, bound: float) -> bool:
    """Whether `value` misses `bound` in the metric's own direction; what is no number misses every bound."""
    return not (value <= bound if metric in SMALLER_IS_BETTER else value >= bound)


def within_reach(metric: str, value: float) -> str:
    """A bound of four digits that `value` just keeps, as it is typed."""
    if value == 0:
        return "0"
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    rounding = math.ceil if metric in SMALLER_IS_BETTER else math.floor
    return f"{rounding(value / unit) * unit:.4g}"


def allowed(metric: str, known: Sequence[float], loss: float) -> float:
    """The bound that the best of the `known` values sets when a share `loss` of it may be given up."""
    if metric in SMALLER_IS_BETTER:
        return min(known) * (1 + loss)
    return max(known) * (1 - loss)
