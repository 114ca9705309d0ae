"""Intervals of one mean and of one ratio, as textbooks have them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.records import Estimate
from framewatt.statistics.best import BORROWED_FREEDOM, student_level

if TYPE_CHECKING:
    from collections.abc import Sequence


def geometric_mean(values: Sequence[float], confidence: float = 0.95) -> Estimate:
    """Geometric mean with Student's interval on the logarithms; infinite ends from a single value."""
    logs = np.log(np.asarray(values, float))
    half = _half_width(float(logs.var(ddof=1)) if len(logs) > 1 else math.inf, len(logs), confidence)
    return _exponential(float(logs.mean()), half)


def geometric_means(groups: Sequence[Sequence[float]], confidence: float = 0.95) -> list[Estimate | None]:
    """Geometric means of several groups, each with Student's interval; None for an empty group.

    A group's variance is moderated towards the pooled one (Smyth 2004, see `framewatt.statistics.best`), so
    that a group of one value has an interval too, as soon as another group shows how values scatter.
    """
    logs = [np.log(np.asarray(group, float)) for group in groups]
    squares = [float(((group - group.mean()) ** 2).sum()) if len(group) else 0.0 for group in logs]
    freedoms = [max(len(group) - 1, 0) for group in logs]
    means: list[Estimate | None] = []
    for group, square, own in zip(logs, squares, freedoms, strict=True):
        if not len(group):
            means.append(None)
            continue
        borrowed = min(BORROWED_FREEDOM, sum(freedoms) - own)
        prior = sum(squares) / sum(freedoms) if sum(freedoms) else 0.0
        freedom = own + borrowed
        variance = (square + borrowed * prior) / freedom if freedom else math.inf
        quantile = float(student_level(1 - confidence, freedom))
        means.append(_exponential(float(group.mean()), quantile * math.sqrt(variance / len(group))))
    return means


def fieller_ratio(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = 0.95
) -> Estimate | None:
    """Ratio of two means that may be near zero, such as marginal energies, from pairs.

    Fieller (1954, "Some problems in interval estimation", JRSS B 16:175). None where the denominator
    cannot be told from zero: the set of plausible ratios is then unbounded.
    """
    a, b = np.asarray(numerators, float), np.asarray(denominators, float)
    if len(a) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    quantile = float(student_level(1 - confidence, len(a) - 1)) ** 2 / len(a)
    (var_a, covariance), (_, var_b) = np.cov(a, b, ddof=1) * quantile
    mean_a, mean_b = float(a.mean()), float(b.mean())
    square = mean_b**2 - var_b
    if square <= 0:
        return None
    middle = mean_a * mean_b - covariance
    root = math.sqrt(max(middle**2 - square * (mean_a**2 - var_a), 0.0))
    return Estimate(mean_a / mean_b, (middle - root) / square, (middle + root) / square)


def _half_width(variance: float, count: int, confidence: float) -> float:
    if not math.isfinite(variance):
        return math.inf
    return float(student_level(1 - confidence, count - 1)) * math.sqrt(variance / count)


def _exponential(value: float, half: float) -> Estimate:
    if not math.isfinite(half):
        return Estimate(math.exp(value), 0.0, math.inf)
    return Estimate(math.exp(value), math.exp(value - half), math.exp(value + half))
