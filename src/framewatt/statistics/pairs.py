"""Sums over rounds of every pair's within-round difference: all that the intervals need to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from framewatt.statistics.arrays import Array, Mask


@dataclass(frozen=True, slots=True)
class PairSums:
    """Running weighted means and squares of ``y[i] - y[j]`` over the rounds in which both ran.

    A round gives each of its candidates one fresh trial, so its differences are independent from round to
    round and carry launch and window variation together: the top level of Kalibera & Jones (2013,
    "Rigorous benchmarking in reasonable time", ISMM, section 5), where the interval is formed.

    Shapes: `count`, `weight`, `mean`, `squares` are ``[..., K, K]``; `appearances` ``[..., K]``;
    `contrasts` ``[...]`` counts the independent differences that were seen.
    """

    count: Array
    weight: Array
    mean: Array
    squares: Array
    appearances: Array
    contrasts: Array

    @classmethod
    def empty(cls, candidates: int, batch: tuple[int, ...] = ()) -> Self:
        """No rounds yet."""
        pairs = (*batch, candidates, candidates)
        zeros = np.zeros
        return cls(zeros(pairs), zeros(pairs), zeros(pairs), zeros(pairs), zeros(pairs[:-1]), zeros(batch))

    def of(self, chosen: Array) -> PairSums:
        """The sums of some candidates only, by index."""
        square = np.ix_(chosen, chosen)
        pairs = (self.count[square], self.weight[square], self.mean[square], self.squares[square])
        return PairSums(*pairs, self.appearances[chosen], self.contrasts)

    def with_round(self, effects: Array, present: Mask, weight: Array | float) -> PairSums:
        """The sums after one more round (West 1979's update of a weighted mean and its squares).

        Args:
            effects: ``[..., K]``, each candidate's mean log cost in the round; ignored where not present.
            present: ``[..., K]``, who ran.
            weight: ``[...]``, the round's precision relative to other rounds.
        """
        effects = np.where(present, effects, 0.0)
        both = present[..., :, None] & present[..., None, :]
        added = np.where(both, np.asarray(weight)[..., None, None], 0.0)
        total = self.weight + added
        apart = effects[..., :, None] - effects[..., None, :] - self.mean
        share = np.divide(added, total, out=np.zeros_like(total), where=total > 0)
        runners = present.sum(axis=-1)
        return PairSums(
            count=self.count + both,
            weight=total,
            mean=self.mean + np.where(both, share * apart, 0.0),
            squares=self.squares + np.where(both, added * apart**2 * (1 - share), 0.0),
            appearances=self.appearances + present,
            contrasts=self.contrasts + np.maximum(runners - 1, 0),
        )


def pooled_variance(sums: PairSums) -> tuple[Array, Array]:
    """Variance of a pair's difference in a round of weight 1, pooled over all pairs, and its freedom.

    In a balanced layout the mean of the pairs' variances is twice the residual mean square of the two-way
    table rounds x candidates, whose freedom is (rounds - 1)(candidates - 1).

    Returns:
        ``(variance, freedom)``, each ``[...]``; the variance is NaN where no pair met twice.
    """
    upper = np.triu(np.ones(sums.count.shape[-2:], dtype=bool), k=1)
    spare = np.where(upper, np.maximum(sums.count - 1, 0), 0).sum(axis=(-2, -1))
    squares = np.where(upper, sums.squares, 0).sum(axis=(-2, -1))
    ran = (sums.appearances > 0).sum(axis=-1)
    freedom = np.where(spare > 0, np.maximum(sums.contrasts - np.maximum(ran - 1, 0), 1), 0)
    return np.divide(squares, spare, out=np.full_like(squares, np.nan), where=spare > 0), freedom


def bridged(value: Array, variance: Array, freedom: Array) -> tuple[Array, Array, Array]:
    """Fill in pairs that never met through the third candidate that serves best.

    An indirect comparison, as in network meta-analysis: Bucher et al. (1997, J. Clin. Epidemiol. 50:683).
    Two that never met share no round, so the two steps of the bridge are independent.

    Args:
        value: ``[..., K, K]``, differences.
        variance: Of those differences; infinite for pairs that never met.
        freedom: Degrees of freedom of the variances.
    """
    unmet = ~np.isfinite(variance)
    if not unmet.any():
        return value, variance, freedom
    shortest, sums, freedoms = variance.copy(), value.copy(), freedom.copy()
    everyone = tuple(range(variance.ndim - 2))
    useful = np.flatnonzero(np.isfinite(variance).sum(axis=-1).max(axis=everyone, initial=0) > 1)
    for third in useful:
        first, second = np.s_[..., :, third, None], np.s_[..., None, third, :]
        steps = variance[first] + variance[second]
        better = unmet & (steps < shortest)
        shortest = np.where(better, steps, shortest)
        sums = np.where(better, value[first] + value[second], sums)
        freedoms = np.where(better, np.minimum(freedom[first], freedom[second]), freedoms)
    return sums, shortest, freedoms


def differences(sums: PairSums) -> Array:
    """Estimated differences of all pairs, ``[..., K, K]``, bridged where they never met, NaN if unknown."""
    size = sums.appearances.shape[-1]
    if sums.appearances.ndim == 1 and not sums.appearances.all():
        ran = np.flatnonzero(sums.appearances)
        return spread_out(differences(sums.of(ran)), ran, size, np.nan) if len(ran) else _nothing(size)
    met = sums.weight > 0
    variance = np.divide(1.0, sums.weight, out=np.full_like(sums.weight, np.inf), where=met)
    variance = np.where(np.eye(size, dtype=bool), 0.0, variance)
    value, variance, _ = bridged(sums.mean, variance, np.ones_like(variance))
    return np.where(np.isfinite(variance), value, np.nan)


def spread_out(values: Array, chosen: Array, size: int, unknown: float) -> Array:
    """A matrix over some candidates as one over all; `unknown` elsewhere, 0 on the diagonal."""
    whole = np.full((size, size), unknown)
    np.fill_diagonal(whole, 0.0)
    whole[np.ix_(chosen, chosen)] = values
    return whole


def _nothing(size: int) -> Array:
    return spread_out(np.zeros((0, 0)), np.zeros(0, dtype=int), size, np.nan)
