"""The main job through the public door: stand-in frameworks that behave well and badly, one study."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from conftest import STAND_INS, hold_to_schema, write_perceptron
from framewatt.cli import cli
from framewatt.decision import build_decision
from framewatt.discovery import _load as plugin_loader
from framewatt.errors import BadInput
from framewatt.records import Provenance, Scope
from framewatt.runs.folder import RunFolder
from framewatt.runs.request import SelectRequest
from framewatt.studies.inference.study import resume
from framewatt.studies.select import decide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.decision import Decision

ALL = "faithful,wasteful,wrong,silent,crashing,hanging,lacking"


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decision]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        yield from decide(
            SelectRequest.of(
                source=str(write_perceptron(folder / "tiny.onnx")),
                frameworks=ALL,
                environment="current",
                tune=False,
                budget=20,
                timeout=5,
                region="FR",
                incumbent="wasteful",
                runs_dir=str(folder / "runs"),
            )
        )


def row(decision: Decision, framework: str) -> dict[str, Any]:
    return dict(decision.candidate(framework))


def test_the_document_validates_against_the_shipped_schema(decision: Decision) -> None:
    hold_to_schema(decision.document, "decision-1")


def test_every_figure_in_the_document_is_a_quantity_with_a_provenance_or_a_reason(decision: Decision) -> None:
    quantities = list(_quantities(json.loads(decision.to_json())))
    assert len(quantities) > 100
    for quantity in quantities:
        if quantity["value"] is None:
            assert quantity["reason"]
        else:
            assert quantity["provenance"] in set(Provenance)
    for candidate in decision.candidates:
        loose = [
            key
            for key, value in candidate.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        assert loose == []


def test_a_candidate_that_answers_wrongly_is_infeasible_and_says_by_how_much(decision: Decision) -> None:
    assert row(decision, "wrong")["status"] == "infeasible"
    assert "differs from the oracle by 0.05" in row(decision, "wrong")["reason"]


def test_a_candidate_that_returns_nothing_is_infeasible(decision: Decision) -> None:
    assert row(decision, "silent")["status"] == "infeasible"
    assert "empty" in row(decision, "silent")["reason"]


def test_a_candidate_that_crashes_fails_with_its_exit_code(decision: Decision) -> None:
    assert row(decision, "crashing")["status"] == "failed"
    assert "exit code 41" in row(decision, "crashing")["reason"]


def test_a_candidate_that_hangs_is_ended_and_fails(decision: Decision) -> None:
    assert row(decision, "hanging")["status"] == "failed"
    assert "hung" in row(decision, "hanging")["reason"]


def test_a_candidate_that_lacks_an_operator_is_inapplicable(decision: Decision) -> None:
    assert row(decision, "lacking")["status"] == "inapplicable"
    assert "Gemm" in row(decision, "lacking")["reason"]


def test_the_others_are_measured_and_the_wasteful_one_costs_more_cpu(decision: Decision) -> None:
    faithful, wasteful = row(decision, "faithful"), row(decision, "wasteful")
    assert {faithful["status"], wasteful["status"]} <= {"measured", "eliminated"}
    assert wasteful["cpu_seconds_per_unit"]["value"] > 2 * faithful["cpu_seconds_per_unit"]["value"]


def test_an_estimated_energy_is_never_called_measured(decision: Decision) -> None:
    assert decision.document["meter"]["provenance"] == "estimated"
    for name in ("faithful", "wasteful"):
        assert row(decision, name)["energy_per_unit"]["provenance"] == "estimated"
        assert row(decision, name)["cpu_seconds_per_unit"]["provenance"] == "measured"
    assert "measured energy" not in decision.to_json()


def test_made_up_inputs_are_called_so(decision: Decision) -> None:
    assert decision.document["inputs"]["generated"]
    assert "generated-inputs" in {warning["code"] for warning in decision.document["warnings"]}


def test_savings_are_stated_against_the_incumbent_alone(decision: Decision) -> None:
    assert decision.document["incumbent"] == row(decision, "wasteful")["id"]
    assert row(decision, "faithful")["ratio_to_incumbent"]["value"] < 0.8  # a third, on a quiet machine
    assert row(decision, "wasteful")["ratio_to_incumbent"]["value"] == pytest.approx(1.0)


def test_the_region_gives_the_operational_part_and_leaves_the_score_open(decision: Decision) -> None:
    faithful = row(decision, "faithful")
    intensity = decision.document["carbon"]["intensity"]["value"]
    expected = faithful["energy_per_unit"]["value"] / 3.6e6 * intensity
    assert faithful["sci"]["operational"]["value"] == pytest.approx(expected)
    assert faithful["sci"]["score"]["value"] is None
    assert faithful["sci"]["embodied"]["reason"]


def test_a_report_for_another_region_changes_only_carbon(decision: Decision) -> None:
    from click.testing import CliRunner

    run = str(decision.document["run"])
    result = CliRunner().invoke(cli, ["report", run, "--format", "json", "--region", "PL"])
    other = json.loads(result.stdout)
    mine, theirs = (
        next(c for c in d["candidates"] if c["framework"] == "faithful") for d in (decision.document, other)
    )
    assert theirs["energy_per_unit"] == mine["energy_per_unit"]
    ratio = other["carbon"]["intensity"]["value"] / decision.document["carbon"]["intensity"]["value"]
    got = theirs["sci"]["operational"]["value"] / mine["sci"]["operational"]["value"]
    assert got == pytest.approx(ratio)


def test_no_worker_is_left_behind(decision: Decision) -> None:
    assert decision.verdict in {"winner", "undecided"}
    mine = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
    assert not [command for command in mine if "framewatt_worker" in command]


def test_a_killed_run_goes_on_with_its_finished_windows_counted_once(
    stand_ins: Path, tiny_model: Path, tmp_path: Path
) -> None:
    assert stand_ins
    runs = tmp_path / "runs"
    command = [sys.executable, "-c", "from framewatt.cli import main; main()"]
    options = [
        "--frameworks",
        "faithful,wasteful",
        "--env",
        "current",
        "--no-tune",
        "--budget",
        "4s",
        "--runs-dir",
        str(runs),
    ]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*command, "select", str(tiny_model), *options], stderr=log, stdout=log)
        _wait_for_windows(runs, 3, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    path = next(runs.glob("*/manifest.json")).parent
    before = [m.started for m in RunFolder.open_run(path).measurements()]
    decision = resume(path)
    after = [m.started for m in RunFolder.open_run(path).measurements()]
    assert set(before) <= set(after)
    assert len(after) == len(set(after))
    assert decision.candidate("faithful")["energy_per_unit"]["value"] is not None


def test_a_run_goes_on_without_a_candidate_that_can_no_longer_start(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = tmp_path / "plugins" / "frameworks"
    shutil.copytree(STAND_INS / "frameworks", plugins)
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(plugins.parent))
    request = SelectRequest.of(
        source=str(tiny_model),
        frameworks="faithful,wasteful",
        environment="current",
        tune=False,
        budget=3,
        runs_dir=str(tmp_path / "runs"),
    )
    run = Path(str(decide(request)[0].document["run"]))
    lines = (run / "measurements.jsonl").read_text().splitlines(keepends=True)
    admitted = next(i for i, line in enumerate(lines) if '"kind": "admitted"' in line)
    (run / "measurements.jsonl").write_text("".join(lines[: admitted + 1]))
    file = plugins / "wasteful.py"
    file.write_text(file.read_text().replace('("onnx",)}', '("a-package-that-is-not-there",)}'))
    plugin_loader.cache_clear()
    decision = resume(run)
    assert row(decision, "wasteful")["status"] == "failed"
    assert "no longer there" in row(decision, "wasteful")["reason"]
    assert row(decision, "faithful")["status"] == "measured"


def _prepared_within(seconds: float, stand_ins: Path, model: Path, runs: Path) -> Path:
    """The run of two stand-ins that could get ready for so long."""
    assert stand_ins
    request = SelectRequest.of(
        source=str(model),
        frameworks="faithful,wasteful",
        environment="current",
        tune=False,
        budget=3,
        prepare_budget=seconds,
        runs_dir=str(runs),
    )
    return Path(str(decide(request)[0].document["run"]))


def test_who_is_not_ready_in_time_is_let_go_and_nobody_wins_by_that(
    stand_ins: Path, tiny_model: Path, tmp_path: Path
) -> None:
    document = build_decision(
        RunFolder.open_run(_prepared_within(1e-6, stand_ins, tiny_model, tmp_path))
    ).document
    assert document["verdict"] == "none"
    reasons = {candidate["reason"] for candidate in document["candidates"]}
    assert all("--prepare-budget" in reason for reason in reasons)
    assert {candidate["status"] for candidate in document["candidates"]} == {"eliminated"}


def test_a_resumed_run_makes_those_ready_again_that_were_admitted(
    stand_ins: Path, tiny_model: Path, tmp_path: Path
) -> None:
    run = _prepared_within(60, stand_ins, tiny_model, tmp_path)
    lines = (run / "measurements.jsonl").read_text().splitlines(keepends=True)
    admitted = next(i for i, line in enumerate(lines) if '"kind": "admitted"' in line)
    spent = [json.dumps({"kind": "prepared", "seconds": 99.0}) + "\n" if "prepared" in line else line
             for line in lines[: admitted + 1]]  # fmt: skip
    (run / "measurements.jsonl").write_text("".join(spent))
    statuses = {candidate["status"] for candidate in resume(run).candidates}
    assert statuses <= {"measured", "eliminated"}
    assert "measured" in statuses


def test_a_changed_model_cannot_continue_an_old_run(
    stand_ins: Path, tiny_model: Path, tmp_path: Path
) -> None:
    assert stand_ins
    request = SelectRequest.of(
        source=str(tiny_model), frameworks="lacking", environment="current", runs_dir=str(tmp_path / "runs")
    )
    run = str(decide(request)[0].document["run"])
    tiny_model.write_bytes(tiny_model.read_bytes().replace(b"scores", b"scares"))
    with pytest.raises(BadInput, match="the model has changed"):
        resume(type(tmp_path)(run))


def test_a_run_is_not_continued_on_another_meter(stand_ins: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert stand_ins
    request = SelectRequest.of(
        source=str(tiny_model), frameworks="lacking", environment="current", runs_dir=str(tmp_path / "runs")
    )
    run = RunFolder.open_run(Path(str(decide(request)[0].document["run"])))
    began = run.manifest
    changes: list[dict[str, Any]] = [{"name": "plug"}, {"scope": Scope.PACKAGE}, {"domains": ("package-0",)}]
    for changed in changes:
        run.amend(replace(began, meter=replace(began.meter, **changed)))
        with pytest.raises(BadInput, match=r"this run was metered by .* not available now"):
            resume(run.path)


def test_nobody_left_is_the_verdict_none(stand_ins: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert stand_ins
    request = SelectRequest.of(
        source=str(tiny_model), frameworks="lacking,crashing", environment="current", runs_dir=str(tmp_path)
    )
    (decision,) = decide(request)
    assert decision.verdict == "none"
    assert decision.selected == []


def _wait_for_windows(runs: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        lines = [p.read_text() for p in runs.glob("*/measurements.jsonl")]
        if lines and lines[0].count('"phase": "steady"') >= count:
            return
        time.sleep(0.02)
    raise AssertionError("the run ended before its windows were seen")


def _quantities(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "provenance" in node and "unit" in node:
            yield node
        for child in node.values():
            yield from _quantities(child)
    elif isinstance(node, list):
        for child in node:
            yield from _quantities(child)
