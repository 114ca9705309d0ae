"""The search over settings inside the race: coarse first, then around what helped."""

from __future__ import annotations

import itertools
import math

import numpy as np

from framewatt.race import Entrant, Race, RaceRules
from framewatt.race.search import families, proposals
from framewatt.race.simulation.rehearsal import rehearse
from framewatt.race.simulation.simulation import SimulatedField
from framewatt.records import Block, Observation

THREADS, SPINNING = ("1", "2", "4", "8", "16"), ("1", "0")


def _grid(family: str) -> list[Entrant]:
    return [
        Entrant(f"{family}[{threads},{spinning}]", family, {"threads": threads, "spinning": spinning},
                equal_budget=(threads, spinning) == ("1", "1"))
        for threads, spinning in itertools.product(THREADS, SPINNING)
    ]  # fmt: skip


def _names(entrants: list[Entrant], indices: list[int]) -> set[str]:
    return {entrants[index].id for index in indices}


def test_one_setting_at_a_time_is_tried_first_and_a_number_at_its_ends_and_middle() -> None:
    entrants = _grid("a")
    (family,) = families(entrants)
    start = next(index for index, one in enumerate(entrants) if one.equal_budget)
    assert _names(entrants, proposals(family, {start: 0.0})) == {"a[1,0]", "a[4,1]", "a[16,1]"}


def test_what_helped_is_combined_and_numbers_are_refined_around_the_best() -> None:
    entrants = _grid("a")
    (family,) = families(entrants)
    index = {entrant.id: position for position, entrant in enumerate(entrants)}
    known = {index["a[1,1]"]: 0.0, index["a[1,0]"]: -0.3, index["a[4,1]"]: -0.2, index["a[16,1]"]: 0.4}
    wanted = _names(entrants, proposals(family, known))
    assert "a[4,0]" in wanted
    assert "a[2,0]" in wanted
    assert not wanted & {"a[16,0]", "a[8,0]"}


def test_a_family_far_behind_is_not_searched_and_a_failed_start_ends_the_search() -> None:
    entrants = _grid("a")
    (family,) = families(entrants)
    start = next(index for index, one in enumerate(entrants) if one.equal_budget)
    assert proposals(family, {start: math.log(4)}) == []
    assert proposals(family, {start: math.nan}) == []


def _costs(entrants: list[Entrant]) -> list[float]:
    """Spinning off saves 25 %, four threads 15 %; family b is 10 % dearer throughout."""
    threads = {"1": 0.0, "2": -0.1, "4": -0.16, "8": 0.0, "16": 0.3}
    spinning, family = {"1": 0.0, "0": -0.29}, {"a": 0.0, "b": 0.1}
    return [
        math.exp(family[one.family] + threads[one.settings["threads"]] + spinning[one.settings["spinning"]])
        for one in entrants
    ]


def _raced(seed: int, budget: float = 400) -> Race:
    entrants = [*_grid("a"), *_grid("b")]
    race = Race(entrants, RaceRules(seed=seed, window_seconds=0.5, budget_seconds=budget))
    rehearse(race, SimulatedField(_costs(entrants)), np.random.default_rng(seed))
    return race


def test_the_best_settings_are_found_without_trying_every_point() -> None:
    for seed in range(5):
        race = _raced(seed)
        standings = race.standings()
        assert (standings.selected or (standings.leader,))[0] == "a[4,0]"
        assert len(race.state.entered) < 16
        untried = next(one for one in standings.candidates if not one.entered)
        assert "not reached" in (untried.reason or "")
        assert untried.cost is None


def test_both_rankings_are_given_at_equal_budget_and_with_the_best_settings() -> None:
    standings = _raced(1).standings()
    assert standings.equal_budget_ranking == ("a[1,1]", "b[1,1]")
    assert standings.best_settings_ranking[0] == "a[4,0]"
    assert standings.best_settings_ranking[1].startswith("b[")


def test_a_search_that_was_interrupted_goes_on_as_it_would_have() -> None:
    entrants = [*_grid("a"), *_grid("b")]
    costs = dict(zip([one.id for one in entrants], _costs(entrants), strict=True))
    rules = RaceRules(seed=3, window_seconds=0.5, budget_seconds=150)
    rng, told = np.random.default_rng(3), []
    first = Race(entrants, rules)
    while (block := first.ask()) is not None:
        told.append((block, *_results(block, costs, rng)))
        first.tell(*told[-1])
    second = Race(entrants, rules)
    for results in told:
        assert second.ask() == results[0]
        second.tell(*results)
    assert second.ask() is None
    assert second.standings() == first.standings()


def _results(
    block: Block, costs: dict[str, float], rng: np.random.Generator
) -> tuple[list[Observation], float, dict[str, float]]:
    values = {slot: costs[slot.candidate] * float(np.exp(rng.normal(0, 0.02))) for slot in block.slots}
    seen = [
        Observation(slot.candidate, slot.trial, block.number, cost, cost, cost, 1)
        for slot, cost in values.items()
    ]
    return seen, 0.6 * len(seen), {}


def test_scouting_goes_on_where_the_budget_cut_it_off_or_a_setting_was_there_from_the_start() -> None:
    entrants = _grid("a")
    (family,) = families(entrants)
    start = next(index for index, one in enumerate(entrants) if one.equal_budget)
    scouts = proposals(family, {start: 0.0})
    assert set(proposals(family, {start: 0.0, scouts[0]: 0.1})) == set(scouts[1:])
    incumbent = next(index for index, one in enumerate(entrants) if one.id == "a[2,1]")
    assert set(proposals(family, {start: 0.0, incumbent: 0.1})) == set(scouts)
