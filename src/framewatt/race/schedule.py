"""Who runs in the next round of a race: newcomers of the settings search first, then the contenders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.search import proposals
from framewatt.statistics import differences, pooled_variance, windows_per_trial

if TYPE_CHECKING:
    from framewatt.race.race import Race
    from framewatt.race.search import Family
    from framewatt.statistics.arrays import Array

SEARCH_SHARE = 0.5
"""The most of the remaining budget that one step of the settings search may take."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next round: who runs, which of them enter the race with it, and windows per trial."""

    running: tuple[int, ...]
    newcomers: tuple[int, ...]
    windows: int


def next_round(race: Race) -> Schedule:
    """The next round; nobody runs when nobody is left."""
    if race.ledger.rounds:
        newcomers = _search(race)
        if newcomers:
            running = tuple(sorted({*newcomers, race.leader}))
            return Schedule(running, tuple(newcomers), design.FIRST_WINDOWS)
    return _contest(race)


def _contest(race: Race) -> Schedule:
    """A round of the survivors, with as many windows as pay for mean costs and pooled variances."""
    sums, alive = race.ledger.cost, race.alive
    variance, freedom = pooled_variance(sums)
    behind = np.nan_to_num(differences(sums)[:, race.leader])
    running = np.flatnonzero(design.runners(alive, behind, sums.appearances, freedom))
    indices = tuple(int(index) for index in running)
    if not indices or not race.ledger.rounds:
        return Schedule(indices, (), design.FIRST_WINDOWS)
    window_counts = np.asarray(np.mean(race.ledger.window_counts))
    ratio = design.variance_ratio(variance, freedom, np.asarray(race.ledger.window_variance), window_counts)
    launch = float(np.mean([race.launch_seconds(index) for index in indices]))
    return Schedule(indices, (), int(windows_per_trial(launch, race.window_seconds, ratio)))


def _search(race: Race) -> list[int]:
    """Newcomers that the budget allows, closest families first; they run beside the leader."""
    if not race.families:
        return []
    level = differences(race.ledger.cost)[:, race.leader]
    remaining = (race.rules.budget_seconds - race.costs.spent) * SEARCH_SHARE
    newcomers: list[int] = []
    for family in sorted(race.families, key=lambda one: _lag(race, one, level)):
        known = {
            index: _value(race, index, level) for index in family.points.values() if index in race.entered
        }
        for index in proposals(family, known):
            running = sorted({*newcomers, index, race.leader})
            if race.round_seconds(running, design.FIRST_WINDOWS) > remaining:
                return newcomers
            newcomers.append(index)
    return newcomers


def _lag(race: Race, family: Family, level: Array) -> float:
    values = [_value(race, index, level) for index in family.points.values() if index in race.entered]
    return min((value for value in values if np.isfinite(value)), default=np.inf)


def _value(race: Race, index: int, level: Array) -> float:
    return float("nan") if index in race.dropped else float(level[index])
