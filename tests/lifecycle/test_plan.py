"""Whole lives against calculations by hand."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner

from framewatt.cli import cli
from framewatt.document import Decision
from framewatt.errors import BadInput
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.plan import Volumes, build_plan

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


def row(framework: str, energy: float | None, ratio: tuple[float, float, float] | None) -> dict[str, Any]:
    phases = ("download", "install", "convert", "import", "load", "compile", "warmup")
    against: tuple[float | None, ...] = ratio or (None, None, None)
    joules = {"install": 100.0, "import": 5.0, "load": 1.0, "compile": 2.0, "warmup": 2.0}
    return {
        "id": f"{framework}@1/cpu/python[]",
        "name": framework.title(),
        "framework": framework,
        "version": "1",
        "reason": None if energy is not None else "came to auc 0.8 within 9 rounds, short of 0.9",
        "energy_per_unit": quantity(energy),
        "ratio_to_best": quantity(against[0], against[1], against[2], "1"),
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
    }


QUICK_LEARNER = row("ant", 1000.0, None), row("ant", 0.5, (1.667, 1.6, 1.7))
LEAN_SERVER = row("bee", 2500.0, (2.5, 2.4, 2.6)), row("bee", 0.3, None)
STUDIES = [
    decision("training", [QUICK_LEARNER[0], LEAN_SERVER[0], row("cow", None, None)]),
    decision("inference", [LEAN_SERVER[1], QUICK_LEARNER[1]]),
]


def test_the_volume_at_which_the_choice_changes_agrees_with_pencil_and_paper() -> None:
    plan = build_plan(STUDIES, VOLUMES, ())
    assert [one["name"] for one in plan["candidates"]] == ["Ant", "Bee"]
    one = plan["break_even"][0]
    # Ant's four trainings in each of two years cost 8 x (2500 - 1000) J less; Bee serves for 0.2 J less.
    assert one["volume"]["value"] == pytest.approx(8 * 1500 / (2 * 0.2), rel=1e-3)
    assert one["changes_to"] == LEAN_SERVER[0]["id"]
    assert one["volume"]["low"] < 30_000 < one["volume"]["high"]
    assert "above about 3e+04 inferences a year Bee would" in plan["advice"]


def test_above_that_volume_the_other_is_chosen() -> None:
    volumes = Volumes(10, 4, 31_000, 2)
    plan = build_plan(STUDIES, volumes, ())
    assert plan["selected"] == LEAN_SERVER[0]["id"]
    best = {point["inferences_per_year"]: point["best"] for point in plan["curve"]}
    assert len(set(best.values())) == 2


def test_totals_are_what_the_formulas_and_coefficients_in_the_document_give() -> None:
    plan = build_plan(STUDIES, VOLUMES, ())
    for candidate in plan["candidates"]:
        values = {name: figure["value"] for name, figure in candidate["coefficients"].items()}
        found = evaluate(plan["formulas"]["total"], {**values, **plan["variables"]})
        assert candidate["total"]["value"] == pytest.approx(found)
    ant = plan["candidates"][0]
    assert ant["total"]["value"] == pytest.approx(100 + 10 * 10 + 8 * 1000 + 2e4 * 0.5)
    assert ant["carbon"]["value"] == pytest.approx(ant["total"]["value"] / 3.6e6 * 100)


def test_a_difference_whose_interval_touches_zero_never_changes_the_choice() -> None:
    unsure = row("ant", 0.5, (1.1, 0.95, 1.3))
    plan = build_plan([STUDIES[0], decision("inference", [LEAN_SERVER[1], unsure])], VOLUMES, ())
    volume = plan["break_even"][0]["volume"]
    assert volume["value"] is None
    assert volume["reason"].startswith("never: whether they differ in an inference is not known")


def test_who_needs_less_in_both_is_never_overtaken() -> None:
    rows = [row("ant", 0.2, None), row("bee", 0.3, (1.5, 1.4, 1.6))]
    plan = build_plan([STUDIES[0], decision("inference", rows)], VOLUMES, ())
    assert plan["break_even"][0]["volume"]["reason"].startswith("never: Ant needs less in both")


def test_training_here_and_serving_there_is_a_candidate_where_the_format_allows() -> None:
    served = decision("inference", [row("owl", 0.1, None), row("ant", 0.5, None)], sha256="2", format="onnx")
    names = {one["name"] for one in build_plan([STUDIES[0], served], VOLUMES, {"ant"})["candidates"]}
    assert names == {"Ant", "train in Ant, serve in Owl"}


def test_models_of_one_table_are_served_by_the_framework_that_trained_them() -> None:
    assert len(build_plan(STUDIES, VOLUMES, {"ant", "bee"})["candidates"]) == 2


def test_who_never_reached_the_quality_is_left_out_with_the_reason() -> None:
    left = build_plan(STUDIES, VOLUMES, ())["left_out"]
    assert [(one["id"], one["stage"]) for one in left] == [("cow@1/cpu/python[]", "training")]
    assert "short of 0.9" in left[0]["reason"]


def test_a_volume_of_a_stage_that_nobody_studied_is_refused() -> None:
    with pytest.raises(BadInput, match="--inferences-per-year needs an inference run"):
        build_plan(STUDIES[:1], VOLUMES, ())
    with pytest.raises(BadInput, match="--trainings-per-year needs a training run"):
        build_plan(STUDIES[1:], VOLUMES, ())
    with pytest.raises(BadInput, match="--years 0"):
        Volumes(0, 0, 0, 0)


def test_the_plan_validates_against_the_shipped_schema() -> None:
    schema = json.loads((files("framewatt") / "schemas" / "plan-1.json").read_text())
    jsonschema.validate(json.loads(json.dumps(build_plan(STUDIES, VOLUMES, ()))), schema)


def test_the_command_prints_a_table_and_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([Decision(document) for document in STUDIES] * 2)
    monkeypatch.setattr("framewatt.store.RunFolder.open_run", lambda path: path)
    monkeypatch.setattr("framewatt.document.build_decision", lambda _run, _basis: next(found))
    arguments = ["plan", str(tmp_path / "a"), str(tmp_path / "b"), "--trainings-per-year", "4"]
    arguments += ["--inferences-per-year", "1e4", "--years", "2"]
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 0
    assert "Bee" in shown.output
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--format", "json"]).output)
    assert document["schema"] == "framewatt/plan/1"
