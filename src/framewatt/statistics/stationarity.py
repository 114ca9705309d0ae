"""Whether repeats scatter about one level, or still move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Trend:
    """A monotone trend: the factor from the first to the last value of the fitted line, and its p-value."""

    change: float
    p_value: float

    def moves(self, margin: float, level: float = 0.01) -> bool:
        """Whether the trend is both beyond chance and larger than what the margin calls equal."""
        return self.p_value < level and abs(math.log(self.change)) > math.log1p(margin)


def trend(values: Sequence[float]) -> Trend:
    """The monotone trend of positive values in their order.

    Significance by Kendall's rank test (Mann 1945, Econometrica 13:245; Kendall 1975), exact counts of
    permutations for short series without ties, the normal approximation with the tie correction otherwise.
    Size by the slope of Theil (1950) and Sen (1968, JASA 63:1379) on the logarithms.
    Fewer than four values show no trend: p is 1.
    """
    logs = np.log(np.asarray(values, float))
    count = len(logs)
    if count < _FEWEST:
        return Trend(1.0, 1.0)
    first, second = np.triu_indices(count, k=1)
    steps = logs[second] - logs[first]
    slope = float(np.median(steps / (second - first)))
    score = int(np.sign(steps).sum())
    _, ties = np.unique(logs, return_counts=True)
    return Trend(math.exp(slope * (count - 1)), _kendall_p(score, count, ties))


def _kendall_p(score: int, count: int, ties: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    largest = 30
    if ties.max() == 1 and count <= largest:
        return _exact_p(score, count)
    tied = (ties * (ties - 1) * (2 * ties + 5)).sum()
    variance = (count * (count - 1) * (2 * count + 5) - tied) / 18
    if variance <= 0:
        return 1.0
    return float(2 * special.ndtr(-max(abs(score) - 1, 0) / math.sqrt(variance)))


def _exact_p(score: int, count: int) -> float:
    """Two-sided p from the number of permutations with so many inversions (Kendall 1975)."""
    ways = np.ones(1)
    for size in range(2, count + 1):
        ways = np.convolve(ways, np.ones(size)) / size
    pairs = count * (count - 1) // 2
    inversions = (pairs - abs(score)) // 2
    return float(min(1.0, 2 * ways[: inversions + 1].sum()))
