"""Differences of means of independent samples, of all pairs at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.statistics.best import Bounds, student_level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics.arrays import Array

_ENDLESS = 1e9


def welch_bounds(samples: Sequence[Sequence[float] | Array], level: float) -> Bounds:
    """Welch's intervals, for samples that scatter each in its own way (Welch 1947, Biometrika 34:28).

    Args:
        samples: Values whose means are compared (mostly logarithms); a pair with a single value is unknown.
        level: Two-sided, of each pair.
    """
    means, squares, spare = _sums(samples)
    errors = np.divide(squares, spare, out=np.full_like(squares, np.inf), where=spare > 0) / (spare + 1)
    total = errors[:, None] + errors[None, :]
    known = np.where(np.isfinite(errors), errors, 0.0) ** 2 / np.maximum(spare, 1)
    parts = known[:, None] + known[None, :]
    usable = (parts > 0) & np.isfinite(total)
    freedom = np.divide(total**2, parts, out=np.full_like(total, _ENDLESS), where=usable)
    return _bounds(means, total, freedom, level)


def student_bounds(
    samples: Sequence[Sequence[float] | Array], level: float, *, single_variance: float = math.inf
) -> Bounds:
    """Student's intervals, for samples that scatter alike: each pair's variance is pooled over the two.

    Args:
        samples: As for `welch_bounds`.
        level: Two-sided, of each pair.
        single_variance: That of a pair of single values, with one degree of freedom.
    """
    means, squares, spare = _sums(samples)
    freedom = spare[:, None] + spare[None, :]
    single = np.full_like(freedom, single_variance)
    variance = np.divide(squares[:, None] + squares[None, :], freedom, out=single, where=freedom > 0)
    error = 1 / (spare[:, None] + 1) + 1 / (spare[None, :] + 1)
    return _bounds(means, variance * error, np.maximum(freedom, 1), level)


def _sums(samples: Sequence[Sequence[float] | Array]) -> tuple[Array, Array, Array]:
    """Means, sums of squares about them, and degrees of freedom."""
    arrays = [np.asarray(sample, float) for sample in samples]
    means = np.array([values.mean() for values in arrays])
    squares = np.array([((values - values.mean()) ** 2).sum() for values in arrays])
    return means, squares, np.array([len(values) - 1.0 for values in arrays])


def _bounds(means: Array, variance: Array, freedom: Array, level: float) -> Bounds:
    value = means[:, None] - means[None, :]
    half = student_level(level, freedom) * np.sqrt(variance)
    np.fill_diagonal(half, 0.0)
    return Bounds(value, value - half, value + half)
