"""Whether repeats scatter about one level, or still move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics.arrays import Array

_FEWEST = 4
_FEWEST_POOLED = 12


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
    if len(logs) < _FEWEST:
        return Trend(1.0, 1.0)
    steps, spans = _steps(logs)
    change = math.exp(float(np.median(steps / spans)) * (len(logs) - 1))
    return Trend(change, _kendall_p(int(np.sign(steps).sum()), logs))


def pooled_trend(groups: Sequence[Array]) -> Trend:
    """The monotone trend that several short series of logarithms have in common, such as windows of trials.

    Scores and variances add up over the series: the seasonal Kendall test and slope of Hirsch, Slack & Smith
    (1982, Water Resour. Res. 18:107). The change is over the longest series; from 12 values on.
    """
    groups = [group for group in groups if len(group) > 1]
    if sum(len(group) for group in groups) < _FEWEST_POOLED:
        return Trend(1.0, 1.0)
    series = [_steps(group) for group in groups]
    score = sum(int(np.sign(steps).sum()) for steps, _ in series)
    variance = sum(_variance(group) for group in groups)
    slope = float(np.median(np.concatenate([steps / spans for steps, spans in series])))
    longest = max(len(group) for group in groups)
    return Trend(math.exp(slope * (longest - 1)), _normal_p(score, variance))


def _steps(logs: Array) -> tuple[Array, Array]:
    first, second = np.triu_indices(len(logs), k=1)
    return logs[second] - logs[first], second - first


def _kendall_p(score: int, logs: Array) -> float:
    largest = 30
    if len(np.unique(logs)) == len(logs) <= largest:
        return _exact_p(score, len(logs))
    return _normal_p(score, _variance(logs))


def _variance(logs: Array) -> float:
    """Variance of Kendall's score under no trend, ties taken off."""
    count, (_, ties) = len(logs), np.unique(logs, return_counts=True)
    tied = (ties * (ties - 1) * (2 * ties + 5)).sum()
    return float((count * (count - 1) * (2 * count + 5) - tied) / 18)


def _normal_p(score: int, variance: float) -> float:
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
