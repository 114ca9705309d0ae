"""When a learning curve has reached a quality for good (pure)."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from framewatt.workload.metrics import SMALLER_IS_BETTER, is_worse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUSTAINED = 3
"""A crossing counts when this many checkpoints in a row keep the quality (fewer only at the very end)."""
_GROWTH = 1.15


def checkpoints(rounds: int) -> list[int]:
    """Rounds at which a curve is looked at: every one at first, then every 15 %."""
    looks, position = {rounds}, 1.0
    while position < rounds:
        looks.add(int(position))
        position = max(position + 1, position * _GROWTH)
    return sorted(looks)


def steps(most: int) -> list[int]:
    """Training lengths to try in turn: doubling, so that the search costs at most twice the last."""
    return sorted({max(1, most // share) for share in (16, 8, 4, 2, 1)})


def mean_curve(curve: Mapping[int, Sequence[float]]) -> dict[int, float]:
    """Mean quality over folds at each checkpoint, in order of rounds."""
    return {rounds: fmean(curve[rounds]) for rounds in sorted(curve)}


def crossing(curve: Mapping[int, Sequence[float]], metric: str, target: float, most: int) -> int | None:
    """The first checkpoint from which the mean over folds keeps the target, or None.

    The mean decides, not each fold: folds differ in difficulty by more than libraries do.
    """
    means = mean_curve(curve)
    rounds = list(means)
    for index, number in enumerate(rounds):
        following = rounds[index : index + SUSTAINED]
        enough = len(following) == SUSTAINED or rounds[-1] == most
        if enough and not any(is_worse(metric, means[later], target) for later in following):
            return number
    return None


def reached(curve: Mapping[int, Sequence[float]], metric: str) -> float:
    """The best quality that the mean over folds keeps for a sustained stretch."""
    values = list(mean_curve(curve).values())
    width = min(SUSTAINED, len(values))
    stretches = [values[start : start + width] for start in range(len(values) - width + 1)]
    if metric in SMALLER_IS_BETTER:
        return min(max(stretch) for stretch in stretches)
    return max(min(stretch) for stretch in stretches)
