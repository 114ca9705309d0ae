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
    from framewatt.race.race import Race
    from framewatt.statistics import Bounds, PairSums


_HOPELESS = 1000.0
_FEWEST_ROUNDS = 3


def build_standings(race: Race) -> Standings:
    """The verdict and every candidate's figures."""
    verdict, selected, reason = _verdict(race)
    any_run = bool(race.ledger.cost.appearances[race.alive].any()) if len(race.entrants) else False
    needed, why_not = _budget_needed(race) if verdict is Verdict.UNDECIDED else (None, None)
    return Standings(
        verdict=verdict,
        decided_on="cpu_seconds" if race.rests_on_cpu else race.rules.objective_decides_on,
        selected=tuple(race.entrants[index].id for index in selected),
        leader=race.entrants[race.leader].id if any_run else None,
        reason=reason,
        candidates=_candidates(race),
        over=race.over,
        blocks=race.blocks,
        spent_seconds=race.costs.spent,
        budget_needed_seconds=needed,
        budget_reason=why_not,
    )


def pair_ratio(race: Race, first: str, second: str, sums: PairSums, limits: Bounds | None) -> Estimate | None:
    """Ratio of two named candidates at the last look."""
    i, j = race.ledger.index[first], race.ledger.index[second]
    if i == j:
        return Estimate(1.0, 1.0, 1.0)
    value = differences(sums)[i, j]
    if not math.isfinite(value):
        return None
    if limits is None:
        return Estimate(math.exp(value), 0.0, math.inf)
    return _estimate(limits.value[i, j], limits.low[i, j], limits.high[i, j])


def _verdict(race: Race) -> tuple[Verdict, list[int], str]:
    alive = [int(index) for index in np.flatnonzero(race.alive)]
    if not alive or (race.over and not any(race.ledger.observations[index] for index in alive)):
        return Verdict.NONE, [], "no candidate was measured"
    ground = "CPU seconds" if race.rests_on_cpu else race.rules.objective_decides_on.replace("_", " ")
    margin = f"{race.rules.margin:.3g}"
    if race.equal:
        mean = differences(race.ledger.cost)
        order = sorted(race.equal, key=lambda index: float(mean[index, race.leader]))
        return Verdict.EQUIVALENT, order, f"equal in {ground} within a margin of {margin}"
    if len(alive) == 1 and race.over:
        lone = not race.eliminated
        beats = f"beats every other candidate in {ground} beyond a margin of {margin}"
        return Verdict.WINNER, alive, "the only candidate" if lone else beats
    return Verdict.UNDECIDED, [], _why_undecided(race)


def _why_undecided(race: Race) -> str:
    if not race.over:
        return "the race goes on"
    if race.evidence is None:
        return "the budget ended before candidates had run often enough to be judged"
    if race.evidence.modelled:
        pair = race.alive[:, None] & race.alive[None, :]
        apart = (race.evidence.cost.low > race.rules.log_margin) & (race.evidence.cpu.high < 0) & pair
        if apart.any():
            return "the energy estimate and measured CPU seconds point apart"
    return "the budget ended before the intervals told the candidates apart or equal"


def _candidates(race: Race) -> tuple[Standing, ...]:
    costs, cpus = _own_means(race, "cost"), _own_means(race, "cpu_seconds")
    return tuple(_candidate(race, index, costs[index], cpus[index]) for index in range(len(race.entrants)))


def _candidate(race: Race, index: int, cost: Estimate | None, cpu: Estimate | None) -> Standing:
    entrant = race.entrants[index]
    gone = race.eliminated.get(index)
    reason = race.dropped.get(index)
    if index not in race.entered:
        reason = "its settings were not reached by the search"
    if gone and not reason:
        reason = f"beaten in {gone[1].replace('_', ' ')} beyond the margin by block {gone[0]}"
    evidence = race.evidence
    return Standing(
        id=entrant.id,
        family=entrant.family,
        settings=entrant.settings,
        equal_budget=entrant.equal_budget,
        trials=len({seen.trial for seen in race.ledger.observations[index]}),
        windows=len(race.ledger.observations[index]),
        entered=index in race.entered,
        eliminated_at=gone[0] if gone else None,
        dropped=index in race.dropped,
        reason=reason,
        cost=cost,
        cpu_seconds=cpu,
        ratio_to_best=_to_best(race, index, evidence.full) if evidence else None,
        cpu_ratio_to_best=_to_best(race, index, evidence.cpu) if evidence else None,
    )


def _own_means(race: Race, quantity: str) -> list[Estimate | None]:
    values = [race.ledger.trial_values(index, quantity) for index in range(len(race.entrants))]
    return geometric_means(values, race.rules.confidence)


def _to_best(race: Race, index: int, limits: Bounds) -> Estimate | None:
    """Ratio to whoever is cheapest: against all that may be (see `framewatt.statistics.best.classify`)."""
    if race.ledger.cost.appearances[index] == 0:
        return None
    there = np.array([position not in race.dropped for position in range(len(race.entrants))])
    return to_best(limits, index, there & (race.ledger.cost.appearances > 0))


def _budget_needed(race: Race) -> tuple[float | None, str | None]:
    """The whole budget at which the open comparisons would be decided, were the estimates the truth.

    Half-widths shrink with the square root of the rounds; each survivor must be proved beaten by the leader,
    or equal to it (`_open`). What is open in spite of that takes a round more at least, unless it is the
    estimate that hinders. In the first rounds they shrink far faster than that: all that can be told
    then is the least with which a projection begins.
    """
    evidence, rounds, best = race.evidence, race.ledger.rounds, race.leader
    alive = [int(index) for index in np.flatnonzero(race.alive)]
    if evidence is None or rounds < _FEWEST_ROUNDS:
        return _least_budget(race, alive), "too little was measured to compare them"
    needs = [
        need
        for index in alive
        if index != best
        for need in _open(evidence.cost, index, best, race.rules.log_margin)
    ]
    if not all(math.isfinite(half) for half, _ in needs):
        return _least_budget(race, alive), "too little was measured to compare them"
    factor = max(((half / gap) ** 2 if gap > 0 else math.inf for half, gap in needs), default=0.0)
    if factor > _HOPELESS:
        return None, "the estimated ratio lies at the margin: no budget would tell"
    if factor <= 1.0 and evidence.modelled:
        return (
            None,
            "the estimate's own uncertainty keeps it from deciding: a meter would, more time would not",
        )
    windows = round(float(np.mean(race.ledger.window_counts)))
    missing = max((factor - 1) * rounds, 1.0)
    return race.costs.spent + missing * race.round_seconds(alive, windows), None


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


def _least_budget(race: Race, alive: list[int]) -> float:
    """With how much the contenders have raced often enough for a projection."""
    missing = max(_FEWEST_ROUNDS - race.ledger.rounds, 1)
    once = race.round_seconds(alive, design.FIRST_WINDOWS)
    return max(race.costs.spent + missing * once, race.rules.budget_seconds + once)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        math.exp(value), math.exp(low), math.exp(min(high, 700.0)) if high < math.inf else math.inf
    )
