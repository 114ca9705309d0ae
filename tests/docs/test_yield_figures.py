"""What `benchmarks/yield.py` counts: each of its figures on a few rows that are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import MODELS, QUICK, Fetched, chosen
from plain_loops import difference
from yield_figures import (
    Answer,
    Cost,
    Pair,
    Saving,
    answer_goals,
    cost_goals,
    framework_goal,
    saving_goals,
    savings_in,
    status_of,
)

PAIR = Pair("m", "f", by_hand=True, status="measured", reason=None, by_hand_reason=None)
ANSWER = Answer("m", "good", selected=True, regret=0.05, seconds_to_standings=12.0, seconds=100.0)


def test_the_framework_yield_counts_only_who_runs_by_hand() -> None:
    kept = [PAIR] * 18 + [replace(PAIR, status="eliminated")]
    lost, elsewhere = replace(PAIR, status="failed"), replace(PAIR, status="failed", by_hand=False)
    assert framework_goal([*kept, lost, elsewhere]).holds
    missed = framework_goal([*kept, lost, lost])
    assert not missed.holds
    assert missed.told == "19 of 21 (90%)"


def test_nothing_to_count_neither_holds_nor_misses() -> None:
    assert framework_goal([replace(PAIR, by_hand=False)]).holds is None
    assert all(goal.holds is None for goal in (*answer_goals([]), *cost_goals([])))


@pytest.mark.parametrize(
    ("answer", "useful"),
    [
        (ANSWER, True),
        (replace(ANSWER, regret=0.051), False),
        (replace(ANSWER, regret=None), False),
        (replace(ANSWER, selected=False), False),
    ],
)
def test_an_answer_is_useful_that_selects_within_the_regret(answer: Answer, useful: bool) -> None:  # noqa: FBT001 - a parameter
    assert answer.useful is useful
    assert answer_goals([answer])[0].holds is useful


def test_one_model_that_keeps_people_waiting_misses_the_goal_of_first_standings() -> None:
    slow, never = replace(ANSWER, seconds_to_standings=21.0), replace(ANSWER, seconds_to_standings=None)
    assert answer_goals([ANSWER])[1].holds
    assert not answer_goals([ANSWER, slow])[1].holds
    assert not answer_goals([ANSWER, never])[1].holds


def test_short_and_long_inferences_have_limits_of_their_own() -> None:
    costs = [Cost("m", "long", 1e-3, 1.05), Cost("m", "short", 2e-5, 1.05), Cost("m", "tiny", 1e-6, 9.0)]
    above_100_us, above_10_us = cost_goals(costs)
    assert not above_100_us.holds
    assert above_10_us.holds


def test_a_framework_ended_as_the_luckiest_of_its_candidates() -> None:
    rows: list[dict[str, object]] = [
        {"framework": "f", "status": "failed", "reason": "no such mode"},
        {"framework": "f", "status": "eliminated", "reason": "dearer"},
        {"framework": "g", "status": "measured", "reason": None},
    ]
    assert status_of("f", rows) == ("eliminated", "dearer")
    assert status_of("h", rows) == ("absent", None)


def test_a_saving_is_the_cost_as_shipped_over_that_of_the_selected() -> None:
    def row(framework: str, seconds: float | None, *, as_shipped: bool) -> dict[str, object]:
        name = f"{framework}{'!' if as_shipped else ''}"
        cost = {"value": seconds}
        return {"id": name, "framework": framework, "cpu_seconds_per_unit": cost, "as_shipped": as_shipped}

    rows = [row("a", 1.0, as_shipped=False), row("b", 3.0, as_shipped=True), row("c", None, as_shipped=True)]
    document = {"selected": ["a"], "candidates": rows}
    assert savings_in(document, ["a", "b", "c"]) == {"a": None, "b": 3.0, "c": None}
    assert savings_in({**document, "selected": []}, ["b"]) == {"b": None}
    goals = saving_goals([Saving("m", "a", {"b": 3.0, "c": None}), Saving("n", "a", {"b": 1.5, "c": 1.2})])
    assert [goal.holds for goal in goals] == [True, False]


def test_outputs_are_the_same_in_another_order_and_layout_and_no_others() -> None:
    image, label = np.arange(24.0).reshape(1, 2, 3, 4), np.array([1.0, 2.0])
    wanted = {"0-0": image, "0-1": label}
    moved = {"0-0": label, "0-1": np.moveaxis(image, 1, -1)}
    assert difference(wanted, moved) == 0
    assert difference(wanted, {"0-0": label * 1.1, "0-1": image}) == pytest.approx(0.1)
    assert difference(wanted, {"0-0": label}) == np.inf
    assert difference(wanted, {"0-0": label * np.nan, "0-1": image}) == np.inf
    assert difference(wanted, {"1-0": label, "1-1": image}) == np.inf


def test_models_have_names_of_their_own_and_an_unknown_one_is_refused() -> None:
    assert len({model.name for model in MODELS}) == len(MODELS)
    assert [model.name for model in chosen(None, quick=True)] == list(QUICK)
    with pytest.raises(SystemExit, match="no such model"):
        chosen("resnet", quick=False)


def test_every_model_is_listed_with_its_package_and_licence() -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    for model in MODELS:
        assert model.name in page
        assert model.licence in page
        if isinstance(model, Fetched):
            assert model.package.partition(":")[2] in page
            assert model.member.rsplit("/", 1)[1] in page
