"""A user's own task: honest scripts race, faulty ones are caught with the right reason."""

from __future__ import annotations

import json
import math
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from conftest import STAND_INS, hold_to_schema, refused
from framewatt.cli import cli
from framewatt.errors import BadInput
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.records import Phase
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import RacingTerms, TrainingOutcome
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide
from framewatt.studies.training.admission.loss_parity import disagreement, reference_losses
from framewatt.studies.training.data.task_folder import read_task
from framewatt.studies.training.study import resume
from framewatt.trials.process import python_environment, python_worker
from framewatt.trials.training import Training
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.trials.window import Instrument
from framewatt.worker.python.framewatt_worker.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.decision import Decision

TASK = STAND_INS / "task"
COUNTING = """
IMPORTS = ()

class Learner:
    def epoch(self, features, labels, batches):
        with open({log!r}, "a") as log:
            print(len(batches), file=log)
        return [1.0] * len(batches)

def build(task):
    return Learner()
"""


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decision]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        request = SelectRequest.of(
            source=str(TASK), environment="current", budget=24, runs_dir=str(tmp_path_factory.mktemp("runs"))
        )
        yield decide(request)[0]


def row(decision: Decision, script: str) -> dict[str, Any]:
    return dict(decision.candidate(script))


def test_honest_scripts_reach_the_quality_and_agree_on_the_first_losses(decision: Decision) -> None:
    for script in ("honest", "laborious"):
        found = row(decision, script)
        assert found["status"] in {"measured", "eliminated"}
        assert found["parity"]["error"]["value"] <= 1e-4
        assert found["quality"]["value"]["high"] >= 0.9
        assert found["training"]["reached"]["value"] == 5
    assert row(decision, "laborious")["cpu_seconds_per_unit"]["value"] > (
        2 * row(decision, "honest")["cpu_seconds_per_unit"]["value"]
    )


def test_a_loss_taken_after_the_update_is_caught_at_the_first_step(decision: Decision) -> None:
    found = row(decision, "late_loss")
    assert found["status"] == "infeasible"
    assert found["reason"].startswith("the loss of step 1 is ")
    assert "honest@" in found["reason"]
    assert "a loss taken after the update" in found["reason"]


def test_another_learning_rate_is_caught_at_the_second_step(decision: Decision) -> None:
    found = row(decision, "other_rate")
    assert found["status"] == "infeasible"
    assert found["reason"].startswith("the loss of step 2 is ")
    assert "another optimizer or learning rate" in found["reason"]


def test_a_script_that_never_converges_says_how_far_it_came(decision: Decision) -> None:
    found = row(decision, "never")
    assert found["status"] == "infeasible"
    assert "came to accuracy 0." in found["reason"]
    assert "within 12 epochs, short of 0.9" in found["reason"]


def test_a_script_that_reports_nothing_no_numbers_or_wrong_rows_is_named(decision: Decision) -> None:
    assert "epoch() reported 0 losses for 1 step;" in row(decision, "mute")["reason"]
    assert row(decision, "not_a_number")["reason"] == "the loss of step 1 is nan"
    assert "predict() gave 99 scores for 100 rows" in row(decision, "wrong_rows")["reason"]


def test_scores_that_are_no_numbers_or_fit_no_label_fail_their_script_alone(decision: Decision) -> None:
    for script, told in (
        ("no_number", "the quality of its scores is not a number"),
        ("wrong_shape", "predict(): --metric accuracy does not fit outputs (100, 3, 2)"),
    ):
        assert row(decision, script)["status"] == "failed"
        assert row(decision, script)["reason"].startswith(told)


def test_the_curve_of_energy_sums_what_each_epoch_measured(decision: Decision) -> None:
    run = RunFolder.open_run(Path(decision.document["run"]))
    honest = next(o for o in run.records(TrainingOutcome) if o.candidate.startswith("honest@"))
    epochs = [
        m
        for m in run.measurements()
        if m.candidate == honest.candidate and m.phase is Phase.TRAIN and m.window > 0
    ]
    epochs.sort(key=lambda m: m.started)
    curves = epochs[1:]  # the first was trained for its losses
    assert {m.block for m in curves} == set(range(5))
    for rounds, cpu, _ in honest.costs:
        until = [m.usage.cpu_seconds for m in curves if m.window <= rounds]
        assert cpu == pytest.approx(sum(until) / 5)


@pytest.mark.usefixtures("stand_ins")
def test_every_window_trains_from_all_seeds_even_on_a_short_budget(tmp_path: Path) -> None:
    request = SelectRequest.of(
        source=str(TASK), frameworks="honest", environment="current", budget=2, runs_dir=str(tmp_path)
    )
    run = RunFolder.open_run(Path(decide(request)[0].document["run"]))
    assert [terms.cycle for terms in run.records(RacingTerms)] == [5]
    windows = [m for m in run.measurements() if m.phase is Phase.STEADY]
    assert windows
    assert all(m.units % 5 == 0 for m in windows)


def test_a_run_resumed_before_the_race_holds_everybody_against_the_same_first_losses(
    decision: Decision, tmp_path: Path
) -> None:
    path = Path(shutil.copytree(decision.document["run"], tmp_path / "run"))
    kept = []
    for line in (path / "measurements.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["kind"] == "first_losses":
            kept.append({**record, "losses": [9.0] * 5, "whose": "the earlier life"})
    (path / "measurements.jsonl").write_text("".join(json.dumps(record) + "\n" for record in kept))
    found = row(resume(path)[0], "honest")
    assert found["status"] == "infeasible"
    assert "the earlier life has 9" in found["reason"]


def test_the_document_validates_against_the_shipped_schema(decision: Decision) -> None:
    hold_to_schema(decision.document, "decision-1")


def test_the_labels_of_validation_and_test_never_reach_a_worker(decision: Decision) -> None:
    names = set(read_tensors(Path(decision.document["run"]) / "task.tensors"))
    assert "x_validation" in names
    assert not names & {"y_validation", "y_test"}


def test_a_process_is_launched_up_to_its_first_step_and_not_through_an_epoch(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(COUNTING.format(log=str(tmp_path / "steps")))
    write_tensors(tmp_path / "task.tensors", {"x_train": np.zeros((60, 1)), "y_train": np.zeros(60)})
    table = tmp_path / "task.tensors"
    about = {"seeds": [1], "batch": 20, "options": {}, "networks": {}}
    contestant = LaunchSpec(
        candidate="script",
        command=tuple(python_worker(Path(sys.executable), script)),
        environment=python_environment(1),
        cpus=(),
        settings={},
        work=Training(table, about, rounds=(2,)),
    )
    instrument = Instrument(choose_meter("estimate", inspect_host()))
    trial = Trial(contestant, 1, instrument, tmp_path / "log")
    try:
        trial.launch(1, lambda _: None)
        trial.window(1, 0, 1)
    finally:
        trial.close()
    assert (tmp_path / "steps").read_text().split() == ["1", "3", "3"]


def test_three_or_more_candidates_are_held_against_their_median() -> None:
    losses = {"a": [2.0, 1.0], "b": [2.0, 1.0], "c": [2.5, 0.2]}
    found = reference_losses(losses, None)
    assert found == ([2.0, 1.0], "the median")
    assert reference_losses(losses, "c") == ([2.5, 0.2], "c")
    assert reference_losses({"a": [math.nan, 1.0], "b": [2.0, 1.0]}, "a") == ([2.0, 1.0], "b")
    assert reference_losses({"a": [math.nan], "b": [math.inf]}, None) is None
    assert disagreement([2.00001, 1.00001], found[0], found[1]) is None
    assert str(disagreement([2.0, 1.1], found[0], "b")).startswith("the loss of step 2 is 1.1, b has 1")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("quality = 0.9\n", ""), "the entry 'quality' is missing"),
        (("quality = 0.9", 'quality = "high"'), "quality must be a number"),
        (("seeds = 5", "seeds = 3"), "seeds = 3: at least 5"),
        (("epochs = 12", "epoch = 12"), "unknown entry 'epoch'; did you mean epochs"),
        (("epochs = 12", "epochs = 0"), "epochs must be a whole number above 0"),
        (('metric = "accuracy"', 'metric = "acuracy"'), "did you mean accuracy"),
        (("batch = 20", 'batch = 20\noptimisation = "any"'), "optimisation is 'same'"),
        (("quality = 0.9", "quality = 95"), "quality 95: accuracy is from 0 to 1"),
        (("batch = 20", "batch = 900"), "batch 900 exceeds the 200 training rows"),
        (('metric = "accuracy"', 'metric = ["accuracy"]'), "metric must be a text"),
        (("[options]\nlearning_rate = 0.5", "options = 3"), "options must be a table of entries"),
        (('reference = "honest"', 'reference = "honset"'), "reference 'honset' is none of .*mean honest"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    shutil.copytree(TASK, tmp_path / "task")
    path = tmp_path / "task" / "task.toml"
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(BadInput, match=told):
        read_task(tmp_path / "task", SelectRequest.of(source="task"))


def test_a_folder_without_data_or_scripts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "task.toml").write_text((TASK / "task.toml").read_text())
    with pytest.raises(BadInput, match=r"neither data\.npz nor task\.py"):
        read_task(tmp_path, SelectRequest.of(source="task"))
    shutil.copy(TASK / "task.py", tmp_path)
    with pytest.raises(BadInput, match="no script"):
        read_task(tmp_path, SelectRequest.of(source="task"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK torn", "data.npz: not a readable .npz file"),
        ({"x_train": np.array(["a"])}, "data.npz: x_train is of type <U1; numbers are known"),
        ({"x_train": np.zeros(2), "y_train": np.zeros(3)}, "x_train has 2 rows and y_train has 3"),
        ({"x_train": np.full(2, np.inf)}, "x_train holds NaN or infinity"),
    ],
)
def test_data_in_a_task_folder_that_cannot_be_learnt_are_refused(
    tmp_path: Path, content: bytes | dict[str, np.ndarray], told: str
) -> None:
    shutil.copy(TASK / "task.toml", tmp_path)
    path = tmp_path / "data.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        arrays: dict[str, Any] = {"y_train": np.zeros(2), **content}
        np.savez(path, **arrays)
    with pytest.raises(BadInput, match=re.escape(told)):
        read_task(tmp_path, SelectRequest.of(source="task"))


def test_an_option_that_a_task_does_not_have_is_refused() -> None:
    for option, value in (("--metric", "auc"), ("--samples", "x.npz"), ("--max-memory", "1GB")):
        assert f"{option} does not go with a task" in refused("select", "task:cnn", option, value)


def test_the_scaffold_is_a_whole_task_whose_own_script_learns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "mytask"
    assert CliRunner().invoke(cli, ["new", "task", str(folder)]).exit_code == 0
    request = SelectRequest.of(
        source=str(folder),
        frameworks="numpy_sgd",
        environment="current",
        budget=5,
        runs_dir=str(tmp_path / "runs"),
    )
    found = decide(request)[0].candidate("numpy_sgd")
    assert found["status"] == "measured"
    assert CliRunner().invoke(cli, ["new", "task", str(folder)]).exit_code == 2
    assert CliRunner().invoke(cli, ["new", "tsk", str(tmp_path / "x")]).exit_code == 2
