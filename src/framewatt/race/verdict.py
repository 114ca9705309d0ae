"""From the state of a race to its standings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.standings import Standing, Standings
from framewatt.records import Estimate, Verdict
from framewatt.statistics import differences, geometric_means, to_best

if TYPE_CHECKING:
    from framewatt.race.state import RaceState
    from framewatt.statistics import Bounds, PairSums


_HOPELESS = 1000.0
_FEWEST_ROUNDS = 3


def build_standings(state: RaceState) -> Standings:
    """The verdict and every candidate's figures."""
    verdict, selected, reason = _verdict(state)
    any_run = bool(state.ledger.cost.appearances[state.alive].any()) if len(state.entrants) else False
    needed, why_not = _budget_needed(state) if verdict is Verdict.UNDECIDED else (None, None)
    return Standings(
        verdict=verdict,
        decided_on="cpu_seconds" if state.rests_on_cpu else state.rules.objective_decides_on,
        selected=tuple(state.entrants[index].id for index in selected),
        leader=state.entrants[state.leader].id if any_run else None,
        reason=reason,
        candidates=_candidates(state),
        over=state.over,
        blocks=state.blocks,
        spent_seconds=state.costs.spent,
        budget_needed_seconds=needed,
        budget_reason=why_not,
    )


def pair_ratio(
    state: RaceState, first: str, second: str, sums: PairSums, limits: Bounds | None
) -> Estimate | None:
    """Ratio of two named candidates at the last look."""
    i, j = state.ledger.index[first], state.ledger.index[second]
    if i == j:
        return Estimate(1.0, 1.0, 1.0)
    value = differences(sums)[i, j]
    if not math.isfinite(value):
        return None
    if limits is None:
        return Estimate(math.exp(value), 0.0, math.inf)
    return _estimate(limits.value[i, j], limits.low[i, j], limits.high[i, j])


def _verdict(state: RaceState) -> tuple[Verdict, list[int], str]:
    alive = [int(index) for index in np.flatnonzero(state.alive)]
    if not alive or (state.over and not any(state.ledger.observations[index] for index in alive)):
        return Verdict.NONE, [], "no candidate was measured"
    ground = "CPU seconds" if state.rests_on_cpu else state.rules.objective_decides_on.replace("_", " ")
    margin = f"{state.rules.margin:.3g}"
    if state.equal:
        mean = differences(state.ledger.cost)
        order = sorted(state.equal, key=lambda index: float(mean[index, state.leader]))
        return Verdict.EQUIVALENT, order, f"equal in {ground} within a margin of {margin}"
    if len(alive) == 1 and state.over:
        lone = not state.eliminated
        beats = f"beats every other candidate in {ground} beyond a margin of {margin}"
        return Verdict.WINNER, alive, "the only candidate" if lone else beats
    return Verdict.UNDECIDED, [], _why_undecided(state)


def _why_undecided(state: RaceState) -> str:
    if not state.over:
        return "the race goes on"
    if state.bounds is None:
        return "the budget ended before candidates had run often enough to be judged"
    if state.bounds.modelled:
        pair = state.alive[:, None] & state.alive[None, :]
        apart = (state.bounds.cost.low > state.rules.log_margin) & (state.bounds.cpu.high < 0) & pair
        if apart.any():
            return "the energy estimate and measured CPU seconds point apart"
    return "the budget ended before the intervals told the candidates apart or equal"


def _candidates(state: RaceState) -> tuple[Standing, ...]:
    costs, cpus = _own_means(state, "cost"), _own_means(state, "cpu_seconds")
    return tuple(_candidate(state, index, costs[index], cpus[index]) for index in range(len(state.entrants)))


def _candidate(state: RaceState, index: int, cost: Estimate | None, cpu: Estimate | None) -> Standing:
    entrant = state.entrants[index]
    beaten, bounds = state.eliminated.get(index), state.bounds
    reason = state.dropped.get(index)
    if index not in state.entered:
        reason = "its settings were not reached by the search"
    if beaten and not reason:
        reason = f"beaten in {beaten.ground.replace('_', ' ')} beyond the margin by block {beaten.block}"
    return Standing(
        id=entrant.id,
        family=entrant.family,
        settings=entrant.settings,
        equal_budget=entrant.equal_budget,
        trials=len({window.trial for window in state.ledger.observations[index]}),
        windows=len(state.ledger.observations[index]),
        entered=index in state.entered,
        eliminated_at=beaten.block if beaten else None,
        dropped=index in state.dropped,
        reason=reason,
        cost=cost,
        cpu_seconds=cpu,
        ratio_to_best=_to_best(state, index, bounds.full) if bounds else None,
        cpu_ratio_to_best=_to_best(state, index, bounds.cpu) if bounds else None,
    )


def _own_means(state: RaceState, quantity: str) -> list[Estimate | None]:
    values = [state.ledger.trial_values(index, quantity) for index in range(len(state.entrants))]
    return geometric_means(values, state.rules.confidence)


def _to_best(state: RaceState, index: int, limits: Bounds) -> Estimate | None:
    """Ratio to whoever is cheapest: against all that may be (see `framewatt.statistics.best.classify`)."""
    if state.ledger.cost.appearances[index] == 0:
        return None
    there = np.array([position not in state.dropped for position in range(len(state.entrants))])
    return to_best(limits, index, there & (state.ledger.cost.appearances > 0))


def _budget_needed(state: RaceState) -> tuple[float | None, str | None]:
    """The whole budget at which the open comparisons would be decided, were the estimates the truth.

    Half-widths shrink with the square root of the rounds; each survivor must be proved beaten by the leader,
    or equal to it (`_open`). What is open in spite of that takes a round more at least, unless it is the
    estimate that hinders. In the first rounds they shrink far faster than that: all that can be told
    then is the least with which a projection begins.
    """
    bounds, rounds, best = state.bounds, state.ledger.rounds, state.leader
    alive = [int(index) for index in np.flatnonzero(state.alive)]
    if bounds is None or rounds < _FEWEST_ROUNDS:
        return _least_budget(state, alive), "too little was measured to compare them"
    needs = [
        need
        for index in alive
        if index != best
        for need in _open(bounds.cost, index, best, state.rules.log_margin)
    ]
    if not all(math.isfinite(half) for half, _ in needs):
        return _least_budget(state, alive), "too little was measured to compare them"
    factor = max(((half / gap) ** 2 if gap > 0 else math.inf for half, gap in needs), default=0.0)
    if factor > _HOPELESS:
        return None, "the estimated ratio lies at the margin: no budget would tell"
    if factor <= 1.0 and bounds.modelled:
        return (
            None,
            "the estimate's own uncertainty keeps it from deciding: a meter would, more time would not",
        )
    windows = round(float(np.mean(state.ledger.window_counts)))
    missing = max((factor - 1) * rounds, 1.0)
    return state.costs.spent + missing * state.round_seconds(alive, windows), None


def _open(limits: Bounds, index: int, best: int, margin: float) -> tuple[tuple[float, float], ...]:
    """Half-widths of what must be proved of a survivor, each with the gap that it must fit in.

    A dearer one is beaten once its lower limit lies above the margin and the leader's upper limit against it
    below zero (see `framewatt.statistics.best.classify`); another is equal once its upper limit lies within
    the margin.
    """
    value, low, high = (float(end[index, best]) for end in (limits.value, limits.low, limits.high))
    if value <= margin:
        return ((high - value, margin - value),)
    return (value - low, value - margin), (value + float(limits.high[best, index]), value)


def _least_budget(state: RaceState, alive: list[int]) -> float:
    """With how much the contenders have raced often enough for a projection."""
    missing = max(_FEWEST_ROUNDS - state.ledger.rounds, 1)
    once = state.round_seconds(alive, design.FIRST_WINDOWS)
    return max(state.costs.spent + missing * once, state.rules.budget_seconds + once)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        math.exp(value), math.exp(low), math.exp(min(high, 700.0)) if high < math.inf else math.inf
    )
