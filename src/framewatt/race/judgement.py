"""From bounds to rulings: who is beaten, who is equal, and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.statistics import Bounds, classify

if TYPE_CHECKING:
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
    """What a look proves, ``[..., K]`` each: on the cost itself, or on CPU seconds that agree with it."""

    beaten: Mask
    beaten_by_cpu: Mask
    equal: Mask
    equal_by_cpu: Mask
    possible_best: Mask


def rule(bounds: PairBounds, alive: Mask, margin: float) -> Ruling:
    """Judge the survivors.

    Where the estimate's own uncertainty alone keeps the cost from deciding, measured CPU seconds may, if the
    estimate without that uncertainty says the same.
    """
    full = classify(bounds.full, alive, margin)
    equal = _group(full.possible_best, full.within)
    nobody = np.zeros_like(alive)
    if not bounds.modelled:
        return Ruling(full.beaten, nobody, equal, nobody, full.possible_best)
    cost, cpu = classify(bounds.cost, alive, margin), classify(bounds.cpu, alive, margin)
    beaten = cost.beaten & cpu.beaten & ~full.beaten
    by_cost, by_cpu = _group(cost.possible_best, cost.within), _group(cpu.possible_best, cpu.within)
    agreed = (by_cost == by_cpu).all(axis=-1)[..., None]
    return Ruling(full.beaten, beaten, equal, by_cost & by_cpu & agreed & ~equal, full.possible_best)


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


def _group(possible: Mask, within: Mask) -> Mask:
    """The group proved equal to the best, empty unless it has two members and all that may be the best."""
    proved = (~possible | within).all(axis=-1) & (within.sum(axis=-1) >= 2)  # noqa: PLR2004 - a group
    return np.asarray(within & proved[..., None])
