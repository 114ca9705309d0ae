"""Looking more than once at growing data without being fooled: group-sequential error spending."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from framewatt.statistics.arrays import Array


_STEP = 0.04
_REACH = 8.0


@dataclass(frozen=True, slots=True)
class LookPlan:
    """Nominal two-sided levels by number of rounds; index 0 is unused, 0.0 means: do not look.

    `interim[n]` applies when the race may go on after `n` rounds, `final[n]` when it cannot.
    """

    interim: Array
    final: Array

    @property
    def rounds(self) -> int:
        """The last round that the plan foresees."""
        return len(self.interim) - 1


def look_rounds(first: int, last: int) -> list[int]:
    """Rounds after which to look: each of the first twenty, then whenever an eighth has been added."""
    rounds, dense = [first], 20
    while rounds[-1] < last:
        step = 1 if rounds[-1] < dense else max(1, rounds[-1] // 8)
        rounds.append(min(rounds[-1] + step, last))
    return rounds


@lru_cache(maxsize=64)
def look_plan(first: int, last: int, error: float, power: float = 1.0) -> LookPlan:
    """Levels that spend `error` as ``error * (n / last) ** power`` over the looks, the rest at the end.

    Lan & DeMets (1983, "Discrete sequential boundaries for clinical trials", Biometrika 70:659) with the
    power family of Kim & DeMets (1987, Biometrika 74:149). The recursion over the continuation region is
    Armitage, McPherson & Rowe (1969, JRSS A 132:235). Levels, not critical values, are kept: they are applied
    to Student's t, the "significance level approach" of Jennison & Turnbull (2000, Group Sequential Methods,
    section 3.8); the intervals at these levels are their repeated confidence intervals (1989, JRSS B 51:305),
    valid wherever the race stops. Information is counted in rounds.
    """
    last = max(first, last)
    interim, final = np.zeros(last + 1), np.zeros(last + 1)
    walk, spent, before = _Walk(), 0.0, 0
    for rounds in look_rounds(first, last):
        for at in range(before + 1, rounds + 1):
            if at >= first:
                walk_at = walk.after(at - before)
                final[at] = walk_at.level_spending(error - spent, at)
        walk = walk.after(rounds - before)
        target = error * (rounds / last) ** power
        level = walk.level_spending(target - spent, rounds) if rounds < last else final[rounds]
        interim[rounds] = level
        walk = walk.inside(-special.ndtri(level / 2) * np.sqrt(rounds))
        spent, before = target, rounds
    return LookPlan(interim, final)


class _Walk:
    """Density of a Gaussian random walk that has not yet left the continuation region, on a fixed grid."""

    def __init__(self, grid: Array | None = None, density: Array | None = None) -> None:
        self._grid = np.zeros(1) if grid is None else grid
        self._density = np.ones(1) / _STEP if density is None else density

    def after(self, steps: int) -> _Walk:
        """The walk after so many more unit steps."""
        reach = int(np.ceil(_REACH * np.sqrt(steps) / _STEP))
        offsets = np.arange(-reach, reach + 1) * _STEP
        kernel = np.exp(-(offsets**2) / (2 * steps))
        density = np.asarray(np.convolve(self._density, kernel / kernel.sum()), dtype=np.float64)
        half = (len(density) - 1) // 2
        return _Walk(np.arange(-half, half + 1) * _STEP, density)

    def inside(self, bound: float) -> _Walk:
        """Only the paths that are still within the bound."""
        keep = np.abs(self._grid) <= bound
        return _Walk(self._grid[keep], self._density[keep])

    def level_spending(self, error: float, rounds: int) -> float:
        """The nominal level at which just `error` of the remaining paths leaves at this look."""
        half = len(self._grid) // 2
        tail = 2 * np.cumsum(self._density[: half + 1]) * _STEP  # mass at or beyond |grid|, from outside in
        # The mass of a grid point spreads half a step to both sides of it.
        edge = -self._grid[: half + 1] - _STEP / 2
        bound = float(np.interp(np.log(max(error, 1e-300)), np.log(np.maximum(tail, 1e-290)), edge))
        return float(2 * special.ndtr(-max(bound, 0.0) / np.sqrt(rounds)))
