"""Multiple comparisons with the best: who may be the best, who is beaten, what each may lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from framewatt.records import Estimate
from framewatt.statistics.pairs import PairSums, bridged, pooled_variance, spread_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics.arrays import Array, Mask


BORROWED_FREEDOM = 6.0
"""Degrees of freedom that a pair borrows from the other pairs' variances (see `bounds`)."""
_LIKE_OTHERS = 0.4
"""Probability of so large a variance among like pairs below which a pair borrows less (see `bounds`)."""
_OWN_FREEDOM = 2


@dataclass(frozen=True, slots=True)
class Levels:
    """Nominal two-sided levels of lower and of upper limits; they differ where one side matters more."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Estimates and simultaneous limits of ``mu[i] - mu[j]``, each ``[..., K, K]``; infinite if unknown."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Classes:
    """What the bounds prove of each candidate, ``[..., K]``."""

    possible_best: Mask
    beaten: Mask


def student_level(level: Array | float, freedom: Array | float) -> Array:
    """The two-sided Student quantile; infinite without freedom or without any error to spend."""
    freedom, level = np.broadcast_arrays(np.asarray(freedom, float), np.asarray(level, float))
    usable = (freedom > 0) & (level > 0)
    quantile = -special.stdtrit(np.where(usable, freedom, 1.0), np.where(usable, level, 0.5) / 2)
    return np.where(usable, quantile, np.inf)


def bounds(sums: PairSums, levels: Levels, borrowed_freedom: float = BORROWED_FREEDOM) -> Bounds:
    """Intervals of all pairwise differences at nominal two-sided levels, each end at its own.

    Each pair's variance is moderated towards the variance pooled over all pairs with a limited weight, as
    in Smyth (2004, "Linear models and empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3(1):3), so
    that a clear loser is told after a couple of launches, while a pair with many launches rests on its own.
    A pair that scatters more than the others keeps its own, larger variance, and the less it looks like them
    the less freedom it borrows, as in Phipson et al. (2016, "Robust hyperparameter estimation protects
    against hypervariable genes", Ann. Appl. Stat. 10:946). With `borrowed_freedom` 0 every pair has the
    interval of its own paired t-test.
    """
    if sums.appearances.ndim == 1 and 0 < (sums.appearances > 0).sum() < len(sums.appearances):
        ran, size = np.flatnonzero(sums.appearances), len(sums.appearances)
        known = bounds(sums.of(ran), levels, borrowed_freedom)
        ends = ((known.value, 0.0), (known.low, -np.inf), (known.high, np.inf))
        return Bounds(*(spread_out(values, ran, size, unknown) for values, unknown in ends))
    pooled, pooled_freedom = pooled_variance(sums)
    own = np.maximum(sums.count - 1, 0)
    borrowed = np.minimum(borrowed_freedom, np.maximum(pooled_freedom[..., None, None] - own, 0))
    borrowed = borrowed * _likeness(sums.squares, own, pooled, pooled_freedom)
    freedom = own + borrowed
    prior = np.nan_to_num(pooled)[..., None, None]
    variance = _ratio(borrowed * prior + sums.squares, freedom)
    variance = np.maximum(variance, np.where(own >= _OWN_FREEDOM, _ratio(sums.squares, own), 0.0))
    same = np.eye(sums.count.shape[-1], dtype=bool)
    met = (sums.weight > 0) & (freedom > 0)
    error = np.where(same, 0.0, np.where(met, _ratio(variance, sums.weight), np.inf))
    value, error, freedom = bridged(sums.mean, error, np.where(same, np.inf, freedom))
    below, above = (_half_widths(level, error, freedom) for level in (levels.lower, levels.upper))
    return Bounds(value, value - below, value + above)


def _half_widths(level: float, error: Array, freedom: Array) -> Array:
    """Half-widths of intervals whose squared standard errors are `error`; 0 where that is."""
    known = np.isfinite(error) & (level > 0)
    quantile = np.where(known, student_level(level, np.where(known, freedom, 1.0)), np.inf)
    return np.asarray(np.where(error == 0, 0.0, quantile * np.sqrt(np.where(known, error, 1.0))))


def _likeness(squares: Array, own: Array, pooled: Array, pooled_freedom: Array) -> Array:
    """How much of its borrowed freedom each pair keeps, 0..1: less where it scatters more than the others.

    The probability of so large a variance under the pooled one, by Fisher's F, relative to `_LIKE_OTHERS`.
    """
    prior = np.nan_to_num(pooled)[..., None, None]
    excess = _ratio(_ratio(squares, own), np.broadcast_to(prior, squares.shape))
    spare = np.broadcast_to(pooled_freedom[..., None, None], squares.shape)
    usable = (own > 0) & (spare > 0)
    probability = special.fdtrc(*(np.where(usable, argument, 1.0) for argument in (own, spare, excess)))
    return np.where(usable, np.minimum(probability / _LIKE_OTHERS, 1.0), 1.0)


def _ratio(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def classify(limits: Bounds, alive: Mask, margin: Array | float) -> Classes:
    """Hsu's inference about the best (here: the smallest), without equal variances.

    If the intervals of all comparisons *with the true best* hold together, then so do these statements,
    because whoever is best stays among the possible best, and the others are judged against all of those:
    Hsu (1984, "Constrained simultaneous confidence intervals for multiple comparisons with the best",
    Ann. Stat. 12:1136); Edwards & Hsu (1983, JASA 78:965). K - 1 comparisons need to be covered, not all.

    Args:
        limits: differences of log cost.
        alive: ``[..., K]``, who takes part.
        margin: log ratio below which two candidates count as equal.
    """
    others = ~np.eye(alive.shape[-1], dtype=bool)
    rivals = alive[..., None, :] & others
    possible = alive & ~(rivals & (limits.high.swapaxes(-1, -2) < 0)).any(axis=-1)
    judges = possible[..., None, :] & others
    dearer = judges.any(axis=-1) & (~judges | (limits.low > margin)).all(axis=-1)
    # Where lower limits may err more often than upper ones, who is dearer may still be the best.
    beaten = alive & ~possible & dearer
    return Classes(possible, beaten)


def regrets(limits: Bounds, alive: Mask, possible: Mask, judges: Mask) -> Array:
    """The most that each point may cost more than the best of its `judges`, as log ratios from 0 on.

    The best is one of those that may be, so the greatest upper limit against those holds whenever `classify`
    does. Infinite for points that are out, or where nobody is left who could be the best.

    Args:
        limits: Differences of log cost.
        alive: ``[..., K]``.
        possible: ``[..., K]``, who may be the best of all.
        judges: ``[K, K]``, against whom each point is judged.
    """
    there = possible[..., None, :] & judges
    worst = np.where(there, limits.high, -np.inf).max(axis=-1)
    known = alive & possible.any(axis=-1, keepdims=True)
    return np.asarray(np.where(known, np.maximum(worst, 0.0), np.inf))


def to_best(limits: Bounds, members: Sequence[int], taking_part: Mask) -> Estimate:
    """Ratio of a framework's cost to the least of all, from log differences ``[K, K]``.

    A framework costs what the cheapest of its `members` does, which `taking_part` may hold or not. Valid
    whenever `classify` is: the true best is among the possible best, so each member's ratio lies between the
    least lower and the greatest upper limit against those, and the cheapest member's is no greater than any.
    """
    own = np.isin(np.arange(len(limits.value)), members)
    possible = classify(limits, taking_part, 0.0).possible_best
    ratios = [_against(limits, member, possible & ~own, taking_part & ~own) for member in members]
    value, low, high = (min(ends) for ends in zip(*ratios, strict=True))
    if (possible & own).any():
        low = 0.0
    with np.errstate(over="ignore"):
        return Estimate(*(float(np.exp(max(end, 0.0))) for end in (value, low, high)))


def _against(limits: Bounds, index: int, possible: Mask, others: Mask) -> tuple[float, float, float]:
    """Log ratio of one candidate to the cheapest of others: value, low and high; 0 without rivals."""
    if not possible.any():
        return 0.0, 0.0, 0.0
    known = others & np.isfinite(limits.value[index])
    value = float(np.where(known, limits.value[index], -np.inf).max())
    return value, float(limits.low[index, possible].min()), float(limits.high[index, possible].max())
