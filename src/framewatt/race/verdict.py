"""From the state of a race to its standings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race.answer import Answer
from framewatt.race.budget import budget_needed
from framewatt.race.concluding import best_setting, losses, setting_of
from framewatt.race.standings import FrameworkStanding, SettingStanding, Standing, Standings
from framewatt.records import Estimate, Verdict
from framewatt.statistics import differences, geometric_means, to_best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from framewatt.race.state import RaceState
    from framewatt.statistics import Bounds, PairSums


_UNBOUNDED = math.log(2)
"""Log ratio beyond which a bound says nothing: twice as dear."""


def build_standings(state: RaceState) -> Standings:
    """The verdict, every framework's place and every candidate's figures."""
    taken = _taken(state)
    needed, why_not = budget_needed(state) if taken.verdict is Verdict.UNDECIDED else (None, None)
    return Standings(
        verdict=taken.verdict,
        decided_on="cpu_seconds" if taken.by_cpu else state.rules.objective_decides_on,
        selected=_ids(state, taken.points),
        regret=_share(taken.loss) if taken.points else None,
        reason=_reason(state, taken),
        setting=_setting(state, taken),
        frameworks=_frameworks(state),
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


def _taken(state: RaceState) -> Answer:
    """The answer with the settings that are taken; while nothing is proved, who leads."""
    alive = state.alive
    if not alive.any() or (state.over and not (alive & state.has_run).any()):
        return Answer(Verdict.NONE, (), 0.0, by_cpu=False)
    loss, by_cpu = losses(state)
    answer = state.answer
    if answer is None:
        at = state.leader
        points = (at,) if state.has_run[at] else ()
        return Answer(Verdict.UNDECIDED, points, float(loss[at]), by_cpu or state.rests_on_cpu)
    if len(answer.points) > 1:
        return answer
    point = best_setting(state, answer)
    most = answer.loss if point == answer.points[0] else max(answer.loss, float(loss[point]))
    return Answer(answer.verdict, (point,), most, answer.by_cpu or state.rests_on_cpu)


def _setting(state: RaceState, taken: Answer) -> SettingStanding | None:
    if not taken.points:
        return None
    setting = setting_of(state, taken.points[0])
    return SettingStanding(setting.verdict, _ids(state, setting.points), _share(setting.loss))


def _ids(state: RaceState, points: Sequence[int]) -> tuple[str, ...]:
    return tuple(state.entrants[index].id for index in points)


def _share(loss: float) -> float | None:
    """A log ratio as a ratio minus one; None where it is not bounded."""
    return math.expm1(loss) if loss < _UNBOUNDED else None


def _reason(state: RaceState, taken: Answer) -> str:
    ground = "CPU seconds" if taken.by_cpu else state.rules.objective_decides_on.replace("_", " ")
    margin = f"{state.rules.margin:.3g}"
    known = {
        Verdict.NONE: "nobody was measured, or everybody fell",
        Verdict.WINNER: f"beats every other framework in {ground} beyond a margin of {margin}",
        Verdict.GOOD: f"costs at most {state.rules.max_regret:.3g} more in {ground} than whoever is best",
        Verdict.EQUIVALENT: f"equal in {ground} within a margin of {margin}",
        Verdict.UNCONTESTED: "no other framework ran",
    }
    return known.get(taken.verdict) or _why_undecided(state)


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
    own = [index] if state.has_run[index] else []
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
        ratio_to_best=_to_best(state, own, bounds.full) if bounds else None,
        cpu_ratio_to_best=_to_best(state, own, bounds.cpu) if bounds else None,
    )


def _own_means(state: RaceState, quantity: str) -> list[Estimate | None]:
    values = [state.ledger.trial_values(index, quantity) for index in range(len(state.entrants))]
    return geometric_means(values, state.rules.confidence)


def _frameworks(state: RaceState) -> tuple[FrameworkStanding, ...]:
    """Every framework by the best of its settings, cheapest first; those that have not run come last."""
    families = [np.flatnonzero(members & ~state.reference) for members in state.frameworks.member.T]
    rows = [_framework(state, members) for members in families if len(members)]
    return tuple(sorted(rows, key=lambda row: row.ratio_to_best.value if row.ratio_to_best else math.inf))


def _framework(state: RaceState, members: NDArray[np.intp]) -> FrameworkStanding:
    level, there = state.level, state.has_run & ~state.reference
    ran = [int(at) for at in members if there[at]]
    alive = [at for at in ran if state.alive[at]]
    best = min(alive or ran or [int(members[0])], key=lambda at: np.nan_to_num(level[at], nan=np.inf))
    bounds = state.bounds
    return FrameworkStanding(
        family=state.entrants[int(members[0])].family,
        best=state.entrants[best].id,
        surviving=bool(state.alive[members].any()),
        ratio_to_best=_to_best(state, ran, bounds.full) if bounds else None,
        cpu_ratio_to_best=_to_best(state, ran, bounds.cpu) if bounds else None,
    )


def _to_best(state: RaceState, members: Sequence[int], limits: Bounds) -> Estimate | None:
    """Ratio of the cheapest of `members` to whoever is cheapest of all (see `framewatt.statistics.best`)."""
    if not members:
        return None
    return to_best(limits, members, state.has_run & ~state.reference)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        math.exp(value), math.exp(low), math.exp(min(high, 700.0)) if high < math.inf else math.inf
    )
