"""Task quality from outputs and labels: one function a metric, each larger-is-better unless it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

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


METRICS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    "accuracy": accuracy,
    "top5": top5,
    "rmse": rmse,
}
SMALLER_IS_BETTER = frozenset({"rmse"})


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


def is_worse(metric: str, value: float, bound: float) -> bool:
    """Whether `value` misses `bound` in the metric's own direction."""
    return value > bound if metric in SMALLER_IS_BETTER else value < bound


def allowed(metric: str, known: Sequence[float], loss: float) -> float:
    """The bound that the best of the `known` values sets when a share `loss` of it may be given up."""
    if metric in SMALLER_IS_BETTER:
        return min(known) * (1 + loss)
    return max(known) * (1 - loss)
