"""Whole lifetimes against calculations by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conftest import hold_to_schema, refused
from framewatt.cli import cli
from framewatt.decision import Decision
from framewatt.errors import BadInput
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.lifetimes import Volumes
from framewatt.lifecycle.plan import build_plan
from framewatt.reports.pages.curve import draw
from framewatt.reports.pages.plan import plan_page
from framewatt.reports.text.plain import plain_text

if TYPE_CHECKING:
    from pathlib import Path

VOLUMES = Volumes(development_runs=10, trainings_per_year=4, inferences_per_year=1e4, years=2)


def quantity(
    value: float | None, low: float | None = None, high: float | None = None, unit: str = "J"
) -> dict[str, Any]:
    known = value is not None
    return {
        "value": value,
        "low": low,
        "high": high,
        "unit": unit,
        "provenance": "measured" if known else None,
        "scope": None,
        "reason": None if known else "not measured",
    }


def row(
    framework: str,
    energy: float | None,
    ratio: tuple[float, float, float] | None,
    cpu_ratio: tuple[float, float, float] | None = None,
) -> dict[str, Any]:
    phases = (
        "download",
        "install",
        "first_import",
        "convert_download",
        "convert_install",
        "convert",
        "edit_run",
    )
    against: tuple[float | None, ...] = ratio or (None, None, None)
    in_cpu: tuple[float | None, ...] = cpu_ratio or (None, None, None)
    joules = {"download": 40.0, "install": 50.0, "first_import": 10.0, "edit_run": 10.0}
    return {
        "id": f"{framework}@1/cpu/python[]",
        "name": framework.title(),
        "framework": framework,
        "version": "1",
        "status": "measured" if energy is not None else "infeasible",
        "reason": None if energy is not None else "came to auc 0.8 within 9 rounds, short of 0.9",
        "energy_per_unit": quantity(energy),
        "ratio_to_best": quantity(against[0], against[1], against[2], "1"),
        "cpu_ratio_to_best": quantity(in_cpu[0], in_cpu[1], in_cpu[2], "1"),
        "phases": {phase: {"energy": quantity(joules.get(phase))} for phase in phases},
    }


def decision(stage: str, rows: list[dict[str, Any]], **workload: str) -> dict[str, Any]:
    return {
        "stage": stage,
        "run": f"runs/{stage}",
        "workload": {"name": "w", "format": "table", "sha256": "1", **workload},
        "functional_unit": {"name": "unit", "samples": 1.0},
        "selected": [rows[0]["id"]],
        "candidates": rows,
        "carbon": {"intensity": quantity(100.0, unit="gCO2eq/kWh")},
        "host": {"cpu_model": "a CPU", "logical_cpus": 2},
        "meter": {"scope": "wall"},
        "network": {"intensity": quantity(0.02, 0.01, 0.03, "kWh/GB"), "source": "declared by the user"},
    }


def plan_of(*asked: Any) -> dict[str, Any]:
    return build_plan(*asked).to_json()


QUICK_LEARNER = row("ant", 1000.0, None), row("ant", 0.5, (1.667, 1.6, 1.7))
LEAN_SERVER = row("bee", 2500.0, (2.5, 2.4, 2.6)), row("bee", 0.3, None)
STUDIES = [
    decision("training", [QUICK_LEARNER[0], LEAN_SERVER[0], row("cow", None, None)]),
    decision("inference", [LEAN_SERVER[1], QUICK_LEARNER[1]]),
]


def test_the_volume_at_which_the_choice_changes_agrees_with_pencil_and_paper() -> None:
    plan = plan_of(STUDIES, VOLUMES, {})
    assert [one["name"] for one in plan["candidates"]] == ["Ant", "Bee"]
    one = plan["break_even"][0]
    # Ant's four trainings in each of two years cost 8 x (2500 - 1000) J less; Bee serves for 0.2 J less.
    assert one["volume"]["value"] == pytest.approx(8 * 1500 / (2 * 0.2), rel=1e-3)
    assert one["changes_to"] == LEAN_SERVER[0]["id"]
    # Both intervals at their worst: 1000 J x (1.4 to 1.6) a training, 0.3 J x (0.6 to 0.7) an inference.
    assert one["volume"]["low"] == pytest.approx(8 * 1400 / (2 * 0.21))
    assert one["volume"]["high"] == pytest.approx(8 * 1600 / (2 * 0.18))
    assert "above about 30,000 (27,000 to 36,000) inferences a year Bee would" in plan["advice"]


def test_above_that_volume_the_other_is_chosen() -> None:
    volumes = Volumes(10, 4, 31_000, 2)
    plan = plan_of(STUDIES, volumes, {})
    assert plan["selected"] == LEAN_SERVER[0]["id"]
    best = {point["inferences_per_year"]: point["best"] for point in plan["curve"]}
    assert len(set(best.values())) == 2


def test_totals_are_what_the_formulas_and_coefficients_in_the_document_give() -> None:
    plan = plan_of(STUDIES, VOLUMES, {})
    for candidate in plan["candidates"]:
        values = {name: figure["value"] for name, figure in candidate["coefficients"].items()}
        found = evaluate(plan["formulas"]["total"], {**values, **plan["variables"]})
        assert candidate["total"]["value"] == pytest.approx(found)
    ant = plan["candidates"][0]
    assert ant["total"]["value"] == pytest.approx(40 + 60 + 10 * 10 + 8 * 1000 + 2e4 * 0.5)
    assert ant["carbon"]["value"] == pytest.approx(ant["total"]["value"] / 3.6e6 * 100)


def test_the_break_even_is_what_the_document_s_own_formula_gives() -> None:
    plan = plan_of(STUDIES, VOLUMES, {})
    one = plan["break_even"][0]
    differences = {name: one[name]["value"] for name in ("fixed_difference", "inference_difference")}
    found = evaluate(plan["formulas"]["break_even"], {**differences, **plan["variables"]})
    assert one["volume"]["value"] == pytest.approx(found)


def test_what_a_rival_needs_more_is_the_difference_of_the_totals() -> None:
    plan = plan_of(STUDIES, VOLUMES, {})
    ant, bee = (one["total"]["value"] for one in plan["candidates"])
    more = plan["break_even"][0]["total_difference"]
    assert more["value"] == pytest.approx(bee - ant, rel=1e-3)
    assert more["low"] == pytest.approx(8 * 1400 - 2e4 * 0.21)
    assert more["high"] == pytest.approx(8 * 1600 - 2e4 * 0.18)


def test_measured_cpu_seconds_tell_apart_what_an_estimate_of_energy_cannot() -> None:
    sure, wide = (2.0, 1.8, 2.2), (2.0, 1.0, 5.0)
    training = [row("ant", 1000.0, None), row("bee", 2000.0, wide, sure)]
    serving = [row("bee", 0.2, None), row("ant", 0.4, wide, sure)]
    for one in (*training, *serving):
        one["energy_per_unit"]["provenance"] = "estimated"
    plan = plan_of([decision("training", training), decision("inference", serving)], VOLUMES, {})
    one = plan["break_even"][0]
    assert one["decided_on"] == "cpu_seconds"
    assert one["volume"]["value"] == pytest.approx(8 * 1000 / (2 * 0.2))
    assert one["volume"]["low"] == pytest.approx(8 * 1000 * 0.8 / (2 * 0.2 * 1.2))


def test_a_measured_energy_is_never_overruled_by_cpu_seconds() -> None:
    sure, wide = (2.0, 1.8, 2.2), (2.0, 0.9, 5.0)
    training = [row("ant", 1000.0, None), row("bee", 2000.0, wide, sure)]
    serving = [row("bee", 0.2, None), row("ant", 0.4, wide, sure)]
    plan = plan_of([decision("training", training), decision("inference", serving)], VOLUMES, {})
    assert plan["break_even"][0]["volume"]["reason"].startswith("never: whether they differ")


def test_downloads_are_compared_under_one_factor_and_set_up_counts_once_a_machine() -> None:
    rows = [row("ant", 0.2, None), row("bee", 0.2, (1.0, 1.0, 1.0))]
    rows[1]["phases"]["download"]["energy"] = quantity(400.0, 200.0, 600.0)
    rows[0]["phases"]["download"]["energy"] = quantity(40.0, 20.0, 60.0)
    plan = plan_of([decision("inference", rows)], Volumes(5, 0, 0, 1), {})
    stages = plan["candidates"][1]["stages"]
    assert stages["network"]["value"] == pytest.approx(400)
    assert stages["development"]["value"] == pytest.approx(60 + 5 * 10)
    gap = plan["break_even"][0]["fixed_difference"]
    assert (gap["low"], gap["value"], gap["high"]) == pytest.approx((180, 360, 540))


def test_what_is_not_known_is_named_and_not_counted() -> None:
    rows = [row("ant", 0.2, None)]
    rows[0]["phases"]["install"]["energy"] = quantity(None)
    plan = plan_of([decision("inference", rows)], Volumes(0, 0, 0, 1), {})
    assert plan["candidates"][0]["coefficients"]["set_up"]["reason"] == "without install (not measured)"
    assert plan["candidates"][0]["total"]["value"] == pytest.approx(50)


@pytest.mark.parametrize("status", ["infeasible", "failed"])
def test_who_crashed_or_fell_short_is_left_out_though_some_windows_of_it_were_metered(status: str) -> None:
    cheapest = {**row("cow", 0.1, None), "status": status, "reason": "crashed in the race"}
    served = [LEAN_SERVER[1], {**QUICK_LEARNER[1], "status": "eliminated"}]
    plan = plan_of([decision("inference", [*served, cheapest])], Volumes(0, 0, 1e4, 1), {})
    assert {one["id"] for one in plan["candidates"]} == {one["id"] for one in served}
    assert [(one["id"], one["reason"]) for one in plan["left_out"]] == [(cheapest["id"], cheapest["reason"])]
    with pytest.raises(BadInput, match="no candidate was measured"):
        plan_of([decision("inference", [cheapest])], Volumes(0, 0, 1e4, 1), {})


def test_a_difference_whose_interval_touches_zero_never_changes_the_choice() -> None:
    unsure = row("ant", 0.5, (1.1, 0.95, 1.3))
    plan = plan_of([STUDIES[0], decision("inference", [LEAN_SERVER[1], unsure])], VOLUMES, {})
    volume = plan["break_even"][0]["volume"]
    assert volume["value"] is None
    assert volume["reason"].startswith("never: whether they differ in an inference is not known")


def test_without_an_inference_run_no_volume_is_told() -> None:
    training = [row("ant", 1000.0, None), row("bee", 2000.0, (2.0, 1.9, 2.1))]
    plan = plan_of([decision("training", training)], Volumes(10, 4, 0, 2), {})
    assert plan["break_even"][0]["volume"]["reason"] == "no inference run is among the runs"
    assert plan["break_even"][0]["total_difference"]["value"] == pytest.approx(8 * 1000)
    assert plan["curve"] == []


def test_who_needs_less_in_both_is_never_overtaken() -> None:
    rows = [row("ant", 0.2, None), row("bee", 0.3, (1.5, 1.4, 1.6))]
    plan = plan_of([STUDIES[0], decision("inference", rows)], VOLUMES, {})
    assert plan["break_even"][0]["volume"]["reason"].startswith("never: Ant needs less in both")


def test_training_here_and_serving_there_is_a_candidate_where_the_format_allows() -> None:
    served = decision("inference", [row("owl", 0.1, None), row("ant", 0.5, None)], sha256="2", format="onnx")
    names = {one["name"] for one in plan_of([STUDIES[0], served], VOLUMES, {"ant": ("torch",)})["candidates"]}
    assert names == {"Ant", "train in Ant, serve in Owl"}


def test_a_module_that_its_framework_exports_is_served_elsewhere_too() -> None:
    served = decision("inference", [row("owl", 0.1, None)], sha256="2", format="torch")
    plan = plan_of([STUDIES[0], served], VOLUMES, {"ant": ("torch",)})
    assert [one["name"] for one in plan["candidates"]] == ["train in Ant, serve in Owl"]
    with pytest.raises(BadInput, match="nobody of the training run can serve this model"):
        plan_of([STUDIES[0], served], VOLUMES, {})


def test_runs_that_are_no_terms_of_one_sum_are_refused() -> None:
    elsewhere = {**STUDIES[1], "host": {"cpu_model": "another CPU", "logical_cpus": 2}}
    with pytest.raises(BadInput, match="different machines"):
        plan_of([STUDIES[0], elsewhere], VOLUMES, {})
    package = {**STUDIES[1], "meter": {"scope": "package"}}
    with pytest.raises(BadInput, match=r"energy at the wall, .* at the package"):
        plan_of([STUDIES[0], package], VOLUMES, {})
    network = {"intensity": quantity(0.5, unit="kWh/GB"), "source": "declared by the user"}
    with pytest.raises(BadInput, match="different energies of the network"):
        plan_of([STUDIES[0], {**STUDIES[1], "network": network}], VOLUMES, {})
    with pytest.raises(BadInput, match="2 training runs"):
        plan_of([STUDIES[0], *STUDIES], VOLUMES, {})
    other = decision("inference", [row("owl", 0.1, None)], sha256="2")
    another = decision("inference", [row("owl", 0.1, None)], sha256="3")
    with pytest.raises(BadInput, match="2 inference runs"):
        plan_of([other, another], Volumes(0, 0, 1, 1), {})
    with pytest.raises(BadInput, match="no candidate was measured"):
        plan_of([decision("inference", [row("owl", None, None)])], Volumes(0, 0, 1, 1), {})


def test_models_of_one_table_are_served_by_the_framework_that_trained_them() -> None:
    assert len(plan_of(STUDIES, VOLUMES, {"ant": ("torch",), "bee": ("torch",)})["candidates"]) == 2


def test_who_never_reached_the_quality_is_left_out_with_the_reason() -> None:
    left = plan_of(STUDIES, VOLUMES, {})["left_out"]
    assert [(one["id"], one["stage"]) for one in left] == [("cow@1/cpu/python[]", "training")]
    assert "short of 0.9" in left[0]["reason"]


def test_a_volume_of_a_stage_that_nobody_studied_is_refused() -> None:
    with pytest.raises(BadInput, match="--inferences-per-year needs an inference run"):
        plan_of(STUDIES[:1], VOLUMES, {})
    with pytest.raises(BadInput, match="--trainings-per-year needs a training run"):
        plan_of(STUDIES[1:], VOLUMES, {})
    with pytest.raises(BadInput, match="--years 0"):
        Volumes(0, 0, 0, 0)


def test_the_plan_validates_against_the_shipped_schema() -> None:
    hold_to_schema(plan_of(STUDIES, VOLUMES, {}), "plan-1")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--inferences-per-year", "-1"], "--inferences-per-year -1"),
        (["--development-runs", "nan"], "--development-runs nan"),
        (["--years", "0"], "--years 0"),
        (["--region", "FR", "--intensity", "50"], "--region and --intensity"),
        (["--format", "sci"], "--format 'sci': choose one of text, json"),
        (["--network-energy", "much"], "--network-energy"),
        ([], "no run folder"),
    ],
)
def test_bad_input_is_refused_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in refused("plan", tmp_path / "none", *arguments)


def test_the_curve_has_the_chosen_one_on_its_bottom_line_at_every_volume() -> None:
    plan = plan_of(STUDIES, VOLUMES, {})
    letters = {STUDIES[0]["candidates"][0]["id"]: "A", STUDIES[0]["candidates"][1]["id"]: "B"}
    *_, bottom, rule, labels = draw(build_plan(STUDIES, VOLUMES, {}).curve, letters)
    chosen = [letters[point["best"]] for point in plan["curve"]]
    drawn = bottom.partition("|")[2][::2]
    assert len(drawn) == len(chosen)
    assert all(mark in {one, "A"} for mark, one in zip(drawn, chosen, strict=True))  # A where they meet
    assert {"A", "B"} == set(drawn)
    assert rule.count("+") == 4
    assert labels.split() == ["10", "10,000", "1.0e7"]


def test_a_plan_of_trainings_alone_is_shown_without_a_curve() -> None:
    text = plain_text([plan_page(build_plan(STUDIES[:1], Volumes(10, 4, 0, 2), {}).to_json())])
    assert "more than A" in text
    assert "over the inferences a year" not in text


def test_the_command_prints_a_table_and_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([Decision(document) for document in STUDIES] * 2)
    monkeypatch.setattr("framewatt.runs.folder.RunFolder.open_run", lambda path: path)
    monkeypatch.setattr("framewatt.studies.plan.build_decision", lambda *_: next(found))
    arguments = ["plan", str(tmp_path / "a"), str(tmp_path / "b"), "--trainings-per-year", "4"]
    arguments += ["--inferences-per-year", "1e4", "--years", "2"]
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 0
    assert "Bee" in shown.output
    assert "inferences a year Bee would" in " ".join(shown.output.split())
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--format", "json"]).output)
    assert document["schema"] == "framewatt/plan/1"
