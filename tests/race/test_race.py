"""The race as its caller sees it: ask, tell, drop, standings."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from framewatt.race import Entrant, Race, RaceRules
from framewatt.race.interim import pair_bounds
from framewatt.race.schedule import next_round
from framewatt.race.simulation.rehearsal import rehearse
from framewatt.race.simulation.simulation import SimulatedField
from framewatt.race.state import REFERENCE_ROUNDS
from framewatt.race.verdict import build_standings
from framewatt.records import Block, Estimate, Observation, Verdict
from framewatt.statistics import Levels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Told = tuple[Block, list[Observation], float, dict[str, float]]


class Field:
    """Candidates with true costs, launch effects, noise and a common drift; costs of time as on a machine."""

    def __init__(self, costs: Mapping[str, float], seed: int = 1, *, launch: float = 2.0) -> None:
        self.costs, self.launch, self.rng = costs, launch, np.random.default_rng(seed)
        self.effects: dict[tuple[str, int], float] = {}
        self.drift = 0.0

    def run(self, block: Block, skip: Sequence[str] = ()) -> Told:
        observations, launches = [], {}
        for slot in block.slots:
            key = (slot.candidate, slot.trial)
            if key not in self.effects:
                self.effects[key] = self.rng.normal(0, 0.014)
                launches[slot.candidate] = self.launch
            self.drift += self.rng.normal(0, 0.003)
            noise = self.effects[key] + self.drift + self.rng.normal(0, 0.025)
            cost = self.costs[slot.candidate] * float(np.exp(noise))
            if slot.candidate not in skip:
                observations.append(
                    Observation(slot.candidate, slot.trial, block.number, 30 * cost, cost, cost, 1)
                )
        return block, observations, 0.7 * len(block.slots) + sum(launches.values()), launches


def start(names: Sequence[str], **rules: float) -> Race:
    entrants = [Entrant(name, name) for name in names]
    return Race(entrants, RaceRules(seed=3, window_seconds=0.5, **rules))  # type: ignore[arg-type]


def finish(race: Race, field: Field) -> list[Told]:
    told = []
    while (block := race.ask()) is not None:
        told.append(field.run(block))
        race.tell(*told[-1])
    return told


def test_a_clearly_better_candidate_wins_within_the_default_budget() -> None:
    race = start(["a", "b"], max_regret=0)
    finish(race, Field({"a": 1.15, "b": 1.0}))
    standings = race.standings()
    assert standings.verdict is Verdict.WINNER
    assert standings.selected == ("b",)
    assert standings.regret == 0
    assert standings.spent_seconds < 180
    ratio = race.ratio("a", "b")
    assert ratio is not None
    assert 1.02 < ratio.low < 1.15 < ratio.high


def test_a_leader_that_can_lose_little_is_good_and_ends_the_race_before_a_winner_is_proved() -> None:
    good, won = start(["a", "b"]), start(["a", "b"], max_regret=0)
    for race in (good, won):
        finish(race, Field({"a": 1.1, "b": 1.0}))
    standings = good.standings()
    assert standings.verdict is Verdict.GOOD
    assert standings.selected == ("b",)
    assert standings.regret is not None
    assert 0 < standings.regret <= 0.05
    assert standings.spent_seconds < won.standings().spent_seconds


def test_a_smaller_regret_takes_longer_to_prove() -> None:
    races = [start(["a", "b"], max_regret=regret, budget_seconds=2000) for regret in (0.1, 0.03)]
    for race in races:
        finish(race, Field({"a": 1.01, "b": 1.0}, seed=2))
    loose, strict = (race.standings() for race in races)
    assert loose.regret is not None
    assert strict.regret is not None
    assert strict.regret <= 0.03 < loose.regret <= 0.1
    assert loose.spent_seconds < strict.spent_seconds


def test_the_same_candidate_twice_has_no_winner() -> None:
    verdicts = []
    for seed in range(20):
        race = start(["a", "a#2"])
        finish(race, Field({"a": 1.0, "a#2": 1.0}, seed))
        verdicts.append(race.standings().verdict)
    assert Verdict.WINNER not in verdicts


def test_twins_are_equivalent_when_the_budget_allows() -> None:
    race = start(["a", "a#2"], budget_seconds=2000, max_regret=0)
    finish(race, Field({"a": 1.0, "a#2": 1.0}))
    assert race.standings().verdict is Verdict.EQUIVALENT
    assert set(race.standings().selected) == {"a", "a#2"}


def test_a_race_too_short_to_compare_anybody_says_the_least_budget_that_would_be_enough() -> None:
    race = start(["a", "b"], budget_seconds=5)
    finish(race, Field({"a": 1.0, "b": 1.05}))
    standings = race.standings()
    assert standings.budget_reason == "too little was measured to compare them"
    assert standings.budget_needed_seconds is not None
    assert standings.budget_needed_seconds > 5


def test_an_undecided_race_says_which_budget_would_decide() -> None:
    race = start(["a", "b"], budget_seconds=15)
    finish(race, Field({"a": 1.0, "b": 1.02}))
    standings = race.standings()
    assert standings.verdict is Verdict.UNDECIDED
    assert standings.selected == (standings.leader,)
    assert standings.regret is None or standings.regret > 0.05
    assert standings.budget_needed_seconds is not None
    assert 15 < standings.budget_needed_seconds < 600


def test_a_counters_undecided_race_says_how_much_more_time_and_blames_no_estimate() -> None:
    rules = RaceRules(seed=1, window_seconds=0.7, budget_seconds=40)
    ground = SimulatedField([1.0, 1.03], launch_sd=0.04, window_sd=0.05)
    undecided = []
    for seed in range(60):
        race = Race([Entrant("a", "a"), Entrant("b", "b")], rules)
        rehearse(race, ground, np.random.default_rng(seed))
        undecided += [race.standings()] if race.standings().verdict is Verdict.UNDECIDED else []
    assert len(undecided) > 10
    for standings in undecided:
        assert standings.budget_reason is None
        assert standings.budget_needed_seconds is not None
        assert standings.budget_needed_seconds > standings.spent_seconds


def test_clear_losers_leave_early_and_keep_their_data() -> None:
    costs = {"a": 1.0, "b": 1.3, "c": 2.0, "d": 8.0}
    race = start(list(costs))
    finish(race, Field(costs))
    standings = race.standings()
    assert standings.selected == ("a",)
    loser = standings.candidate("d")
    assert loser.eliminated_at is not None
    assert loser.eliminated_at <= 12
    assert loser.ratio_to_best is not None
    assert loser.ratio_to_best.low < 8 < loser.ratio_to_best.high
    assert "beaten" in (loser.reason or "")
    assert loser.windows < standings.candidate("a").windows


def test_a_race_told_the_stored_results_goes_on_exactly_as_it_would_have() -> None:
    first = start(["a", "b", "c"])
    field = Field({"a": 1.0, "b": 1.04, "c": 1.5})
    told = finish(first, field)
    for killed_after in (0, 1, 5, len(told) - 1):
        second = start(["a", "b", "c"])
        for results in told[:killed_after]:
            second.tell(*results)
        for results in told[killed_after:]:
            assert second.ask() == results[0]
            second.tell(*results)
        assert second.standings() == first.standings()


def test_every_round_launches_afresh_and_a_trial_has_several_windows() -> None:
    race = start(["a", "b"])
    told = finish(race, Field({"a": 1.0, "b": 1.0}))
    trials = [slot.trial for block, *_ in told for slot in block.slots if slot.candidate == "a"]
    assert trials == sorted(trials)
    assert max(trials) >= 5
    assert len(trials) >= 2 * max(trials)


def test_dear_launches_are_paid_with_more_windows_each() -> None:
    def windows_per_launch(launch: float) -> float:
        race = start(["a", "b"])
        finish(race, Field({"a": 1.0, "b": 1.0}, launch=launch))
        standing = race.standings().candidate("a")
        return standing.windows / standing.trials

    assert windows_per_launch(10.0) > 2 * windows_per_launch(0.2)


def test_a_missing_window_is_asked_for_again_beside_a_partner() -> None:
    race, field = start(["a", "b", "c"]), Field({"a": 1.0, "b": 1.1, "c": 1.2})
    race.tell(*field.run(race.ask() or pytest.fail("no block"), skip=["b"]))
    race.tell(*field.run(race.ask() or pytest.fail("no block")))
    repair = race.ask()
    assert repair is not None
    names = {slot.candidate for slot in repair.slots}
    assert "b" in names
    assert len(names) == 2
    assert {slot.trial for slot in repair.slots} == {1}


def test_a_candidate_that_fails_in_mid_race_is_dropped_and_the_others_go_on() -> None:
    race, field = start(["a", "b", "c"]), Field({"a": 0.5, "b": 1.0, "c": 1.3})
    block = race.ask() or pytest.fail("no block")
    race.drop("a", "crashed: signal 11")
    told = field.run(block, skip=["a"])
    race.tell(*told)
    assert all(slot.candidate != "a" for block, *_ in finish(race, field) for slot in block.slots)
    standings = race.standings()
    assert standings.selected == ("b",)
    assert standings.candidate("a").reason == "crashed: signal 11"
    assert standings.candidate("a").dropped


def test_when_all_candidates_fail_the_verdict_is_none() -> None:
    race = start(["a", "b"])
    race.drop("a", "crashed")
    race.drop("b", "hung")
    assert race.ask() is None
    assert race.standings().verdict is Verdict.NONE


def test_a_lone_candidate_is_measured_and_selected_without_rivals() -> None:
    race = start(["a"])
    finish(race, Field({"a": 1.0}))
    standings = race.standings()
    assert standings.verdict is Verdict.UNCONTESTED
    assert standings.selected == ("a",)
    assert standings.regret is None
    assert standings.candidate("a").trials == 3


def test_a_candidate_whose_rivals_all_failed_is_uncontested() -> None:
    race = start(["a", "b"])
    race.drop("b", "it crashed")
    finish(race, Field({"a": 1.0}))
    assert race.standings().verdict is Verdict.UNCONTESTED


def test_where_memory_is_short_cohorts_share_an_anchor() -> None:
    costs = {"a": 1.0, "b": 1.2, "c": 1.25, "d": 1.4, "e": 1.6}
    race = start(list(costs), cohort_size=3)
    told = finish(race, Field(costs))
    assert max(len(block.slots) for block, *_ in told) <= 3
    first, second = ({slot.candidate for slot in told[index][0].slots} for index in (0, 2))
    assert len(first & second) == 1
    assert race.standings().selected == ("a",)


def _model(width: float) -> Callable[[Observation, Observation], Estimate]:
    def uncertainty(first: Observation, second: Observation) -> Estimate:
        ratio = first.cost / second.cost
        return Estimate(ratio, ratio / width, ratio * width)

    return uncertainty


def _modelled(costs: Mapping[str, float], width: float) -> Race:
    entrants = [Entrant(name, name) for name in costs]
    return Race(entrants, RaceRules(seed=3, window_seconds=0.5, max_regret=0), _model(width))


def test_where_only_the_models_uncertainty_hinders_the_verdict_stands_on_cpu_seconds() -> None:
    race = _modelled({"a": 1.0, "b": 1.2}, width=1.4)
    finish(race, Field({"a": 1.0, "b": 1.2}))
    standings = race.standings()
    assert standings.verdict is Verdict.WINNER
    assert standings.decided_on == "cpu_seconds"
    loser = standings.candidate("b")
    assert loser.ratio_to_best is not None
    assert loser.cpu_ratio_to_best is not None
    assert loser.ratio_to_best.low == 1.0
    assert loser.cpu_ratio_to_best.low > 1.02


def test_where_the_model_is_sure_enough_energy_itself_decides() -> None:
    race = _modelled({"a": 1.0, "b": 3.0}, width=1.4)
    finish(race, Field({"a": 1.0, "b": 3.0}))
    assert race.standings().decided_on == "energy"
    assert race.standings().selected == ("a",)


def test_where_estimate_and_cpu_seconds_point_apart_nothing_is_decided() -> None:
    race, field = _modelled({"a": 1.0, "b": 1.2}, width=1.4), Field({"a": 1.0, "b": 1.2})
    while (block := race.ask()) is not None:
        block, observations, spent, launches = field.run(block)
        crossed = [
            Observation(o.candidate, o.trial, o.block, o.cost, 1 / o.cpu_seconds, o.seconds, o.units)
            for o in observations
        ]
        race.tell(block, crossed, spent, launches)
    standings = race.standings()
    assert standings.verdict is Verdict.UNDECIDED
    assert "point apart" in standings.reason


def _on_estimate(energy: float, cpu: float) -> Race:
    """A finished race of b against a at these costs over a's; the estimate is known to a factor 1.4."""
    entrants = [Entrant("a", "a"), Entrant("b", "b")]
    race = Race(entrants, RaceRules(seed=3, window_seconds=0.5), _model(1.4))
    field = Field({"a": 1.0, "b": energy})
    while (block := race.ask()) is not None:
        block, seen, seconds, launches = field.run(block)
        dear = {"a": 1.0, "b": cpu / energy}
        told = [replace(one, cpu_seconds=one.cpu_seconds * dear[one.candidate]) for one in seen]
        race.tell(block, told, seconds, launches)
    return race


def test_an_estimate_that_hardly_prefers_another_lets_cpu_seconds_say_what_is_good_enough() -> None:
    standings = _on_estimate(energy=0.98, cpu=1.3).standings()
    assert standings.verdict is Verdict.GOOD
    assert standings.selected == ("a",)
    assert standings.decided_on == "cpu_seconds"
    assert standings.regret == 0
    assert standings.spent_seconds < 60


def test_an_estimate_that_prefers_another_by_more_than_may_be_lost_leaves_it_open() -> None:
    standings = _on_estimate(energy=0.9, cpu=1.3).standings()
    assert standings.verdict is Verdict.UNDECIDED
    assert "point apart" in standings.reason
    assert standings.regret is None or standings.regret > 0.05
    assert standings.budget_needed_seconds is None


def test_while_nothing_is_proved_the_cheapest_so_far_leads() -> None:
    costs = {name: 1.0 + at / 50 for at, name in enumerate("dcbaef")}
    race, field = start(list(costs), budget_seconds=60), Field(costs)
    while (block := race.ask()) is not None:
        race.tell(*field.run(block))
        standings = race.standings()
        if standings.verdict is Verdict.UNDECIDED and standings.leader:
            assert standings.leader == race.state.entrants[race.state.leader].id


def test_a_block_that_was_not_asked_for_and_a_cost_of_zero_are_refused() -> None:
    race = start(["a", "b"])
    block = race.ask() or pytest.fail("no block")
    with pytest.raises(ValueError, match="not asked for"):
        race.tell(Block(9, block.slots), [], 1.0)
    with pytest.raises(ValueError, match="must be positive"):
        race.tell(block, [Observation("a", 1, 1, 0.0, 1.0, 1.0, 1.0)], 1.0)
    with pytest.raises(ValueError, match="same id"):
        start(["a", "a"])


def test_looks_schedule_and_verdict_leave_the_state_as_the_race_made_it() -> None:
    race, field = start(["a", "b"]), Field({"a": 1.0, "b": 1.05})
    while race.state.bounds is None:
        block = race.ask()
        assert block is not None
        race.tell(*field.run(block))
    before = pickle.dumps(race.state)
    next_round(race.state)
    pair_bounds(race.state, Levels(0.05, 0.05))
    build_standings(race.state)
    assert pickle.dumps(race.state) == before


def _settings(name: str, *points: str, **entrant: bool) -> list[Entrant]:
    return [Entrant(f"{name}[{point}]", name, {"at": point}, **entrant) for point in points]


def test_a_framework_wins_although_its_own_settings_are_not_told_apart() -> None:
    entrants = [*_settings("a", "1", "2"), *_settings("b", "1")]
    race = Race(entrants, RaceRules(seed=3, window_seconds=0.5, max_regret=0))
    finish(race, Field({"a[1]": 1.0, "a[2]": 1.005, "b[1]": 1.4}))
    standings = race.standings()
    assert standings.verdict is Verdict.WINNER
    assert [framework.family for framework in standings.frameworks] == ["a", "b"]
    assert standings.frameworks[0].ratio_to_best == Estimate(1, 1, 1)
    assert standings.frameworks[1].cpu_ratio_to_best is not None
    assert standings.frameworks[1].cpu_ratio_to_best.low > 1.02
    assert standings.setting is not None
    assert set(standings.setting.candidates) == {"a[1]", "a[2]"}


def test_once_the_framework_is_known_only_its_settings_run_until_one_is_good() -> None:
    entrants = [*_settings("a", "1", "2"), *_settings("b", "1")]
    race = Race(entrants, RaceRules(seed=3, window_seconds=0.5))
    told, known = [], None
    field = Field({"a[1]": 1.0, "a[2]": 1.03, "b[1]": 1.5})
    while (block := race.ask()) is not None:
        told.append(field.run(block))
        race.tell(*told[-1])
        known = known or (len(told) if race.state.answer else None)
    assert known is not None
    ran_after = {slot.candidate for block, *_ in told[known:] for slot in block.slots}
    assert ran_after == {"a[1]", "a[2]"}
    setting = race.standings().setting
    assert setting is not None
    assert setting.verdict in {Verdict.GOOD, Verdict.WINNER}
    assert setting.candidates[0] == "a[1]"


def test_a_lone_framework_is_uncontested_and_its_settings_are_raced() -> None:
    race = Race(_settings("a", "1", "2"), RaceRules(seed=3, window_seconds=0.5, max_regret=0))
    finish(race, Field({"a[1]": 1.0, "a[2]": 1.3}))
    standings = race.standings()
    assert standings.verdict is Verdict.UNCONTESTED
    assert standings.setting is not None
    assert standings.setting.verdict is Verdict.WINNER
    assert standings.selected == ("a[1]",)


def test_a_reference_is_compared_with_and_never_selected() -> None:
    entrants = [*_settings("a", "1"), *_settings("b", "1"), Entrant("c", "c", reference=True)]
    race = Race(entrants, RaceRules(seed=3, window_seconds=0.5))
    told = finish(race, Field({"a[1]": 1.0, "b[1]": 1.02, "c": 0.5}))
    standings = race.standings()
    assert standings.selected[0] in {"a[1]", "b[1]"}
    assert all("c" not in framework.family for framework in standings.frameworks)
    ratio = race.ratio("a[1]", "c")
    assert ratio is not None
    assert 1.5 < ratio.low < 2 < ratio.high
    trials = {slot.trial for block, *_ in told for slot in block.slots if slot.candidate == "c"}
    assert len(trials) == REFERENCE_ROUNDS


def test_whoever_can_no_longer_be_better_rests_while_the_close_ones_run_on() -> None:
    costs = {"a": 1.0, "b": 1.0, "c": 1.12}
    race = start(list(costs), budget_seconds=2000, max_regret=0.03)
    told = finish(race, Field(costs))
    rounds = {name: {s.trial for b, *_ in told for s in b.slots if s.candidate == name} for name in costs}
    assert len(rounds["c"]) < len(rounds["a"]) / 2


def test_a_slow_launcher_rests_instead_of_eating_the_budget() -> None:
    costs = {"a": 1.0, "b": 1.0, "c": 1.0, "slow": 1.05}
    race, field = start(list(costs), max_regret=0, budget_seconds=300), Field(costs, launch=1.0)
    launched = dict.fromkeys(costs, 0.0)
    while (block := race.ask()) is not None:
        block, observations, spent, launches = field.run(block)
        dearer = {name: 30.0 if name == "slow" else seconds for name, seconds in launches.items()}
        for name, seconds in dearer.items():
            launched[name] += seconds
        race.tell(block, observations, spent + sum(dearer.values()) - sum(launches.values()), dearer)
    assert 30 <= launched["slow"] < 200
    assert race.standings().candidate("a").trials > 3 * race.standings().candidate("slow").trials


def test_one_that_was_slow_to_launch_before_the_race_is_not_launched_again_to_find_that_out() -> None:
    costs = {"a": 1.0, "b": 1.0, "slow": 1.05}
    race, field = start(list(costs), max_regret=0, budget_seconds=60), Field(costs, launch=1.0)
    while (block := race.ask()) is not None:
        block, observations, spent, launches = field.run(block)
        earlier = {name: 38.0 for name in launches if name == "slow" and block.number == 1}
        race.tell(block, observations, spent, launches if not earlier else {}, earlier)
    assert race.standings().candidate("slow").trials == 1
    assert race.standings().candidate("a").trials > 3


def test_what_one_that_fell_had_beaten_is_judged_again_without_it() -> None:
    costs = {"a[1]": 1.0, "a[2]": 1.2, "b[1]": 1.4}
    race, field = Race([*_settings("a", "1", "2"), *_settings("b", "1")], _strict()), Field(costs)
    while (block := race.ask()) is not None:
        race.tell(*field.run(block))
        if 1 in race.state.eliminated and 0 not in race.state.dropped:
            race.drop("a[1]", "it crashed")
    standings = race.standings()
    assert 0 in race.state.dropped
    assert standings.verdict is Verdict.WINNER
    assert standings.selected == ("a[2]",)


def test_one_that_falls_after_it_has_won_leaves_the_race_to_the_rest() -> None:
    costs = {"a": 1.0, "b": 1.5, "c": 2.0}
    race, field = start(list(costs)), Field(costs)
    while (block := race.ask()) is not None:
        race.tell(*field.run(block))
        if race.state.answer and 0 not in race.state.dropped:
            race.drop("a", "p99 latency is above the bound")
    standings = race.standings()
    assert standings.selected == ("b",)
    assert standings.verdict in {Verdict.GOOD, Verdict.WINNER}


def test_a_framework_with_one_other_setting_has_it_tried() -> None:
    entrants = [
        *_settings("a", "1"),
        Entrant("a[2]", "a", {"at": "2"}, equal_budget=False),
        *_settings("b", "1"),
    ]
    race = Race(entrants, _strict())
    finish(race, Field({"a[1]": 1.1, "a[2]": 0.7, "b[1]": 1.0}))
    assert race.standings().selected == ("a[2]",)


def test_a_reference_is_no_sibling_that_a_setting_has_beaten() -> None:
    entrants = [*_settings("a", "1"), Entrant("a[shipped]", "a", reference=True), *_settings("b", "1")]
    race = Race(entrants, _strict())
    finish(race, Field({"a[1]": 1.0, "a[shipped]": 1.5, "b[1]": 1.4}))
    setting = race.standings().setting
    assert setting is not None
    assert setting.verdict is Verdict.UNCONTESTED


def test_a_counter_s_race_is_advised_by_energy_alone() -> None:
    race = start(["a", "b"], budget_seconds=15)
    field = Field({"a": 1.0, "b": 1.02})
    while (block := race.ask()) is not None:
        block, seen, seconds, launches = field.run(block)
        crossed = [replace(one, cpu_seconds=1 / one.cpu_seconds**9) for one in seen]
        race.tell(block, crossed, seconds, launches)
    standings = race.standings()
    assert standings.verdict is Verdict.UNDECIDED
    assert standings.budget_needed_seconds is not None


def _strict() -> RaceRules:
    return RaceRules(seed=3, window_seconds=0.5, max_regret=0, budget_seconds=600)


def test_settings_that_estimate_and_cpu_seconds_order_differently_take_no_more_time() -> None:
    entrants = [*_settings("a", "1", "2"), *_settings("b", "1")]
    race = Race(entrants, RaceRules(seed=3, window_seconds=0.5, budget_seconds=600), _model(1.2))
    field = Field({"a[1]": 1.0, "a[2]": 0.88, "b[1]": 2.0})
    while (block := race.ask()) is not None:
        block, seen, seconds, launches = field.run(block)
        dear = {"a[1]": 1.0, "a[2]": 1.4, "b[1]": 1.0}
        crossed = [replace(one, cpu_seconds=one.cpu_seconds * dear[one.candidate]) for one in seen]
        race.tell(block, crossed, seconds, launches)
    standings = race.standings()
    assert standings.verdict in {Verdict.GOOD, Verdict.WINNER}
    assert standings.spent_seconds < 120
    assert standings.setting is not None
    assert standings.setting.verdict is Verdict.UNDECIDED
