"""The budget that would have decided a race, were the estimates the truth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design

if TYPE_CHECKING:
    from framewatt.race.state import RaceState
    from framewatt.statistics import Bounds

_FEWEST_ROUNDS = 3
_APART = "the energy estimate and measured CPU seconds point apart"
_AT_THE_BOUND = "the estimated ratio lies at the bound: no budget would tell"
_TOO_LITTLE = "too little was measured to compare them"


def budget_needed(state: RaceState) -> tuple[float | None, str | None]:
    """The whole budget at which the leader would be proved good (or equal), and why it cannot be told better.

    Half-widths shrink with the square root of the rounds; against every other framework's survivor the upper
    limit must fall to the largest regret. What is open in spite of that takes a round more at least. In the
    first rounds they shrink far faster: all that can be told then is the least with which a projection
    begins.
    """
    bounds, rounds, best = state.bounds, state.ledger.rounds, state.leader
    rivals = np.flatnonzero(state.alive & state.frameworks.apart[best])
    if bounds is None or rounds < _FEWEST_ROUNDS:
        return _least_budget(state), _TOO_LITTLE
    ground = bounds.cpu if bounds.modelled else bounds.cost
    factors = [_factor(ground, best, int(at), state) for at in rivals]
    if bounds.modelled and (bounds.cost.value[best, rivals] > state.rules.log_tolerated).any():
        return None, _APART
    if any(map(math.isnan, factors)):
        return _least_budget(state), _TOO_LITTLE
    factor = max(factors, default=0.0)
    if math.isinf(factor):
        return None, _AT_THE_BOUND
    windows = round(float(np.mean(state.ledger.window_counts)))
    missing = max((factor - 1) * rounds, 1.0)
    return state.costs.spent + missing * state.round_seconds([best, *map(int, rivals)], windows), None


def _factor(limits: Bounds, best: int, rival: int, state: RaceState) -> float:
    """How many times more rounds one comparison needs; NaN where it has no interval yet."""
    value, high = float(limits.value[best, rival]), float(limits.high[best, rival])
    if not math.isfinite(high):
        return math.nan
    rules = state.rules
    gap = (rules.log_regret if rules.max_regret else rules.log_margin) - value
    return ((high - value) / gap) ** 2 if gap > 0 else math.inf


def _least_budget(state: RaceState) -> float:
    """With how much the contenders have raced often enough for a projection."""
    missing = max(_FEWEST_ROUNDS - state.ledger.rounds, 1)
    alive = [int(index) for index in np.flatnonzero(state.alive)]
    once = state.round_seconds(alive, design.FIRST_WINDOWS)
    return max(state.costs.spent + missing * once, state.rules.budget_seconds + once)
