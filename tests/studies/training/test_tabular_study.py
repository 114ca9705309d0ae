"""A table through the public door: stand-in libraries that learn well and badly, two studies of one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conftest import STAND_INS, hold_to_schema, write_table
from framewatt.cli import cli
from framewatt.decision import build_decision
from framewatt.errors import BadInput
from framewatt.records.units import significant
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import Admitted, BlockTold, RaceEvent
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide
from framewatt.studies.training.study import resume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.decision import Decision

ALL = "learner,wasteful_learner,stubborn_learner,crashing_learner,faithful"


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Decision]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        request = SelectRequest.of(
            source=str(write_table(folder / "table.csv")),
            target="label",
            quality=0.9,
            frameworks=ALL,
            environment="current",
            budget=60,
            margin=0.9,
            timeout=20,
            incumbent="wasteful_learner",
            volume="1M/day",
            runs_dir=str(folder / "runs"),
        )
        yield decide(request)


def row(decision: Decision, framework: str) -> dict[str, Any]:
    rows = [one for one in decision.candidates if one["framework"] == framework]
    return dict(next(one for one in rows if one.get("training", {}).get("capacity") != "tuned"))


def test_a_table_yields_a_training_and_an_inference_study(decisions: list[Decision]) -> None:
    assert [d.document["stage"] for d in decisions] == ["training", "inference"]
    assert [d.document["functional_unit"]["name"] for d in decisions] == ["model", "row"]
    for decision in decisions:
        hold_to_schema(decision.document, "decision-1")


def test_everyone_who_races_trains_to_the_same_quality(decisions: list[Decision]) -> None:
    raced = [one for one in decisions[0].candidates if one["energy_per_unit"]["value"] is not None]
    assert len(raced) >= 2
    for one in raced:
        assert one["quality"]["metric"] == "auc"
        assert one["quality"]["value"]["high"] >= 0.9
        curve = {point["rounds"]: point["quality"] for point in one["training"]["curve"]}
        assert curve[one["training"]["rounds"]["value"]] >= 0.9


def test_twenty_times_the_work_costs_more_and_never_wins(decisions: list[Decision]) -> None:
    learner, wasteful = (row(decisions[0], name) for name in ("learner", "wasteful_learner"))
    per_unit = [one["cpu_seconds_per_unit"]["value"] for one in (learner, wasteful)]
    assert per_unit[1] > 5 * per_unit[0]
    assert wasteful["id"] not in decisions[0].selected


def test_a_library_s_own_best_point_is_ranked_beside_the_comparable_one(decisions: list[Decision]) -> None:
    tuned = [one for one in decisions[0].candidates if one.get("training", {}).get("capacity") == "tuned"]
    assert [one["settings"]["learning_rate"] for one in tuned] == ["3"]
    comparable = row(decisions[0], "learner")
    assert tuned[0]["training"]["rounds"]["value"] < comparable["training"]["rounds"]["value"]
    assert tuned[0]["training"]["tuning"]["energy"]["value"] > 0


def test_a_candidate_that_never_reaches_the_quality_says_how_far_it_came(decisions: list[Decision]) -> None:
    stubborn = row(decisions[0], "stubborn_learner")
    assert stubborn["status"] == "infeasible"
    assert "came to auc 0." in stubborn["reason"]
    assert "within 64 rounds, short of 0.9" in stubborn["reason"]


def test_a_candidate_that_dies_while_training_fails_and_the_others_go_on(decisions: list[Decision]) -> None:
    crashing = row(decisions[0], "crashing_learner")
    assert crashing["status"] == "failed"
    assert "exit code 42" in crashing["reason"]


def test_a_framework_that_cannot_learn_tables_is_inapplicable(decisions: list[Decision]) -> None:
    assert row(decisions[0], "faithful")["status"] == "inapplicable"


def test_a_volume_counts_rows_and_not_trainings(decisions: list[Decision]) -> None:
    training, inference = (decision.document["savings"]["volume"] for decision in decisions)
    assert training is None
    assert inference == {"units": 1e6, "per": "day"}


def test_the_model_s_size_and_the_energy_per_row_are_told(decisions: list[Decision]) -> None:
    served = [one for one in decisions[1].candidates if one["energy_per_unit"]["value"] is not None]
    assert served
    for one in served:
        assert one["training"]["model_size"]["value"] > 0
        assert one["energy_per_unit"]["unit"] == "J/row"


def test_the_models_race_gets_what_training_left_of_the_budget(decisions: list[Decision]) -> None:
    run = RunFolder.open_run(Path(str(decisions[0].document["run"])))
    raced = sum(event.seconds for event in run.records(RaceEvent) if isinstance(event, BlockTold))
    admission = next(run.records(Admitted)).seconds
    assert run.manifest.training
    left = max(run.manifest.request.race.budget - admission - raced, 0)
    inner = RunFolder.open_run(run.path / "inference").manifest.request
    assert inner.race.budget == pytest.approx(run.manifest.training.serving_budget + left)


def test_an_edit_run_loop_of_training_ends_with_the_first_trained_step(decisions: list[Decision]) -> None:
    phases = row(decisions[0], "learner")["phases"]
    assert phases["compile"]["duration"]["value"] > 0
    assert phases["edit_run"]["duration"]["value"] > phases["import"]["duration"]["low"]


def test_the_report_says_what_it_took_to_reach_the_quality(decisions: list[Decision]) -> None:
    run = str(decisions[0].document["run"])
    shown = CliRunner().invoke(cli, ["report", run, "--details"], env={"COLUMNS": "100"}).output
    table = shown[shown.index("What it took to reach the quality") :].splitlines()
    assert table[1].split() == ["rounds", "auc", "on", "test", "model", "tuning"]
    learner = next(line for line in table if "earner" in line)
    test = row(decisions[0], "learner")["quality"]["value"]
    assert f"({significant(test['low'])}–{significant(test['high'])})" in " ".join(table)
    assert learner.split()[-1] in {"J", "mJ"}


def test_both_studies_can_be_rendered_again_from_the_run_folder(decisions: list[Decision]) -> None:
    run = Path(str(decisions[0].document["run"]))
    for path, decision in ((run, decisions[0]), (run / "inference", decisions[1])):
        again = build_decision(RunFolder.open_run(path))
        assert again.to_json() == decision.to_json()


def test_a_finished_run_resumes_to_the_same_decision(
    decisions: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
    again = resume(Path(str(decisions[0].document["run"])))
    assert [one.verdict for one in again] == [one.verdict for one in decisions]
    assert again[0].selected == decisions[0].selected


def test_without_a_quality_the_incumbent_sets_the_target(stand_ins: Path, tmp_path: Path) -> None:
    assert stand_ins
    request = SelectRequest.of(
        source=str(write_table(tmp_path / "table.csv", rows=200)),
        target="label",
        frameworks="learner,stubborn_learner",
        environment="current",
        budget=6,
        margin=0.9,
        incumbent="stubborn_learner",
        runs_dir=str(tmp_path / "runs"),
    )
    training = decide(request)[0].document["training"]
    assert training["target_source"].startswith("what the incumbent stubborn_learner@")
    assert training["target"]["provenance"] == "measured"


def test_a_table_without_a_target_and_a_model_with_one_are_refused(tmp_path: Path, tiny_model: Path) -> None:
    table = write_table(tmp_path / "table.csv")
    with pytest.raises(BadInput, match="needs --target"):
        decide(SelectRequest.of(source=str(table)))
    with pytest.raises(BadInput, match="--samples does not go with a table"):
        decide(SelectRequest.of(source=str(table), target="label", samples="x.npz"))
    result = CliRunner().invoke(cli, ["select", str(tiny_model), "--target", "y"])
    assert result.exit_code == 2
    assert "--target is for tables" in result.output
