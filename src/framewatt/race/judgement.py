"""From bounds to rulings: who is beaten, which frameworks are as good, who is good enough, and in what.

Points are candidates; points of one family are one framework under different settings. A family is as good as
the best of its points, so that no point is judged against its siblings where families are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from framewatt.statistics import Bounds, classify, regrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics.arrays import Array, Mask


@dataclass(frozen=True, slots=True)
class PairBounds:
    """What one look knows of every pair.

    `cost` holds run-to-run uncertainty only, `full` the power model's as well (the same object where a
    counter was read), `cpu` the measured CPU seconds.
    """

    cost: Bounds
    full: Bounds
    cpu: Bounds

    @property
    def modelled(self) -> bool:
        """Whether the cost is an estimate with an uncertainty of its own."""
        return self.full is not self.cost


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a look proves, ``[..., K]`` each: on the cost itself, or on CPU seconds that agree with it.

    `loss` is the most that a point's framework may cost more than the best of all others, as a log ratio from
    0 on: what a *good selection* bounds (Eckman & Henderson 2018, "Guarantees on the probability of good
    selection", Winter Simulation Conference). `equal` holds the points whose loss is within the margin, where
    every framework that may be the best has one and there are two such frameworks.
    """

    beaten: Mask
    beaten_by_cpu: Mask
    equal: Mask
    equal_by_cpu: Mask
    loss: Array
    loss_by_cpu: Array


@dataclass(frozen=True, slots=True)
class Frameworks:
    """Which points are one framework's: `member` ``[K, F]``, `apart` ``[K, K]``, true across frameworks."""

    member: Mask
    apart: Mask

    @classmethod
    def named(cls, names: Sequence[str]) -> Self:
        """By the name of each point's framework."""
        order = {name: at for at, name in enumerate(dict.fromkeys(names))}
        index = np.array([order[name] for name in names], dtype=np.intp)
        return cls(index[:, None] == np.arange(len(order)), index[:, None] != index[None, :])

    def having(self, points: Mask) -> Mask:
        """The frameworks that have one of `points`: ``[..., K]`` to ``[..., F]``."""
        return np.asarray((points[..., None] & self.member).any(axis=-2))


def rule(bounds: PairBounds, alive: Mask, frameworks: Frameworks, margin: float, tolerated: float) -> Ruling:
    """Judge the survivors; `margin` and `tolerated` are log ratios.

    Where the estimate's own uncertainty alone keeps the cost from deciding, measured CPU seconds may, if the
    estimate without that uncertainty says the same: proves it too of who is beaten and who is equal, stays
    within `tolerated` by its value of what may be lost (see `agreed_loss`).
    """
    full = _judged(bounds.full, alive, frameworks, margin)
    if not bounds.modelled:
        nobody = np.zeros_like(alive)
        return Ruling(full.beaten, nobody, full.equal, nobody, full.loss, np.full_like(full.loss, np.inf))
    cost, cpu = (_judged(known, alive, frameworks, margin) for known in (bounds.cost, bounds.cpu))
    both = cost.equal & cpu.equal
    named = [frameworks.having(mask) for mask in (cost.equal, cpu.equal, both)]
    agreed = ((named[0] == named[2]) & (named[1] == named[2])).all(axis=-1)[..., None]
    return Ruling(
        full.beaten,
        cost.beaten & cpu.beaten & ~full.beaten,
        full.equal,
        both & agreed & ~full.equal.any(axis=-1, keepdims=True),
        full.loss,
        agreed_loss((cost.loss, cpu.loss), bounds.cost.value, alive, frameworks.apart, tolerated),
    )


def agreed_loss(
    losses: tuple[Array, Array], value: Array, alive: Mask, judges: Mask, tolerated: float
) -> Array:
    """What may be lost in CPU seconds, ``[..., K]``; more where the estimate contradicts them.

    The estimate is as good as its model, whose doubt no number of rounds removes, so its value is asked, not
    how sharply the rounds tell it. Where that value is dearer than a rival's by more than is `tolerated`, the
    larger bound of both counts.

    Args:
        losses: Bounds by the estimate without its model's uncertainty, and by CPU seconds.
        value: ``[..., K, K]``, the estimate's differences of log cost.
        alive: ``[..., K]``.
        judges: ``[K, K]``, against whom each point is judged.
        tolerated: A log ratio.
    """
    cost, cpu = losses
    rivals = alive[..., None, :] & judges
    apparent = np.where(rivals, value, -np.inf).max(axis=-1)
    return np.where(apparent <= tolerated, cpu, np.maximum(cost, cpu))


@dataclass(frozen=True, slots=True)
class _Judged:
    beaten: Mask
    equal: Mask
    loss: Array


def _judged(bounds: Bounds, alive: Mask, frameworks: Frameworks, margin: float) -> _Judged:
    classes = classify(bounds, alive, margin)
    loss = regrets(bounds, alive, classes.possible_best, frameworks.apart)
    within = alive & (loss <= margin)
    equal, possible = frameworks.having(within), frameworks.having(classes.possible_best)
    proved = (~possible | equal).all(axis=-1) & (equal.sum(axis=-1) >= 2)  # noqa: PLR2004 - a group
    return _Judged(classes.beaten, within & proved[..., None], loss)


def leader(value: Array, alive: Mask) -> Array:
    """Index of the survivor whose worst estimated disadvantage is least, ``[...]``."""
    rivals = alive[..., None, :] & np.isfinite(value)
    worst = np.where(rivals, value, -np.inf).max(axis=-1)
    return np.asarray(np.where(alive, worst, np.inf).argmin(axis=-1))


def widened(limits: Bounds, model_low: Array, model_high: Array) -> Bounds:
    """Run-to-run limits and the model's half-widths below and above (``[..., K, K]``), in quadrature."""
    below, above = limits.value - limits.low, limits.high - limits.value
    return Bounds(
        limits.value,
        limits.value - np.hypot(below, model_low),
        limits.value + np.hypot(above, model_high),
    )
