"""Who runs in the next round of a race: newcomers of the settings search first, then the contenders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.concluding import setting_of, settings_stand_apart
from framewatt.race.search import proposals
from framewatt.records import Verdict
from framewatt.statistics import differences, pooled_variance, windows_per_trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.race.answer import Answer
    from framewatt.race.search import Family
    from framewatt.race.state import RaceState
    from framewatt.statistics.arrays import Array, Mask


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next round: who runs, which of them enter the race with it, and windows per trial."""

    running: tuple[int, ...]
    newcomers: tuple[int, ...]
    windows: int


def next_round(state: RaceState) -> Schedule:
    """The next round; nobody runs when nobody is left, or when nothing is left to be found out.

    Half of the points that may be tried are tried before the framework is known, the rest of its own after.
    """
    answer = state.answer
    families = state.families if answer is None else _own_families(state, answer)
    newcomers = _search(state, families, most=1.0 if answer else 0.5) if state.ledger.rounds else []
    if newcomers:
        running = tuple(sorted({*newcomers, state.leader}))
        return Schedule(running, tuple(newcomers), design.FIRST_WINDOWS)
    return _contest(state, state.alive if answer is None else _settings_of(state, answer))


def _own_families(state: RaceState, answer: Answer) -> list[Family]:
    """The settings that are searched on once the framework is known; none where it is one of equals."""
    chosen = {state.entrants[point].family for point in answer.points}
    return [family for family in state.families if {family.name} == chosen]


def _settings_of(state: RaceState, answer: Answer) -> Mask:
    """Who still runs once the framework is known: its settings, while it matters which."""
    nobody = np.zeros(len(state.entrants), dtype=bool)
    if len(answer.points) > 1:
        return nobody
    point = answer.points[0]
    if setting_of(state, point).verdict is not Verdict.UNDECIDED or settings_stand_apart(state, point):
        return nobody
    return np.asarray(state.alive & ~state.frameworks.apart[point])


def _contest(state: RaceState, contenders: Mask) -> Schedule:
    """A round of those who may run on, with as many windows as pay for mean costs and pooled variances."""
    sums = state.ledger.cost
    variance, freedom = pooled_variance(sums)
    behind = np.nan_to_num(differences(sums)[:, state.leader])
    hindering = _hindrances(state, contenders)
    running = design.runners(contenders, behind, sums.appearances, freedom, hindering)
    launches = np.array([state.launch_seconds(index) for index in range(len(state.entrants))])
    running = design.without_slow_launchers(
        running, sums.appearances, launches, state.costs.spent, np.asarray(state.leader)
    )
    indices = tuple(int(index) for index in np.flatnonzero(running | state.references & contenders.any()))
    if not indices or not state.ledger.rounds:
        return Schedule(indices, (), design.FIRST_WINDOWS)
    window_counts = np.asarray(np.mean(state.ledger.window_counts))
    ratio = design.variance_ratio(variance, freedom, np.asarray(state.ledger.window_variance), window_counts)
    launch = float(np.mean([state.launch_seconds(index) for index in indices]))
    return Schedule(indices, (), int(windows_per_trial(launch, state.window_seconds, ratio)))


def _hindrances(state: RaceState, contenders: Mask) -> Mask:
    """Who is in the way of a good selection; everybody where ratios are to be known precisely."""
    if state.bounds is None or state.rules.precision is not None or not state.rules.max_regret:
        return contenders
    bounds = state.bounds
    high = bounds.cost.high
    if bounds.modelled:
        contradicted = bounds.cost.value > state.rules.log_tolerated
        high = np.where(contradicted, np.maximum(high, bounds.cpu.high), bounds.cpu.high)
    return design.hindrances(high, contenders, np.asarray(state.leader), state.rules.log_regret)


def _search(state: RaceState, families: Sequence[Family], most: float) -> list[int]:
    """Newcomers that the budget allows, closest families first; they run beside the leader.

    `most` is the share of the points that may be tried until now.
    """
    if not families:
        return []
    level = state.level
    remaining = state.remaining_seconds * design.SEARCH_SHARE
    at_once = sum(entrant.at_once for entrant in state.entrants)
    allowed = (state.most_points or len(state.entrants)) - at_once
    room = math.ceil(most * allowed) - (len(state.entered) - at_once)
    newcomers: list[int] = []
    for family in sorted(families, key=lambda family: _lag(state, family, level)):
        known = {
            index: _value(state, index, level) for index in family.points.values() if index in state.entered
        }
        for index in proposals(family, known):
            running = sorted({*newcomers, index, state.leader})
            costly = state.round_seconds(running, design.FIRST_WINDOWS) > remaining
            if costly or len(newcomers) >= room:
                return newcomers
            newcomers.append(index)
    return newcomers


def _lag(state: RaceState, family: Family, level: Array) -> float:
    values = [_value(state, index, level) for index in family.points.values() if index in state.entered]
    return min((value for value in values if np.isfinite(value)), default=np.inf)


def _value(state: RaceState, index: int, level: Array) -> float:
    return float("nan") if index in state.dropped else float(level[index])
