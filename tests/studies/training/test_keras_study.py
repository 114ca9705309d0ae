"""A model file with its data through the public door: a stand-in back end, and all that can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from conftest import STAND_INS, hold_to_schema, refused
from framewatt import select
from framewatt.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.decision import Decision

MODEL = """
TASK = {"epochs": 8, "batch": 20}


def build():
    return {"rate": 0.5}
"""


def write_study(folder: Path, model: str = MODEL, **changes: np.ndarray | None) -> tuple[Path, Path]:
    """A model file and two clouds of points; `changes` replace arrays, or leave them out."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    x = (rng.standard_normal((400, 3)) + y[:, None]).astype(np.float32)
    known: dict[str, Any] = {"x": x, "y": y, **changes}
    arrays = {name: array for name, array in known.items() if array is not None}
    np.savez(folder / "data.npz", **arrays)
    (folder / "model.py").write_text(model)
    return folder / "model.py", folder / "data.npz"


def told(folder: Path, model: str = MODEL, *options: str, **changes: np.ndarray | None) -> str:
    """The line with which such a study is refused, after whatever was told of its progress."""
    path, data = write_study(folder, model, **changes)
    usual = ("--frameworks", "back_end", "--env", "current", "--runs-dir", str(folder / "runs"))
    result = CliRunner().invoke(cli, ["select", str(path), "--data", str(data), *usual, *options])
    assert result.exit_code == 2, result.output
    return result.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decision]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        model, data = write_study(folder)
        yield select(
            str(model),
            data=str(data),
            frameworks="back_end",
            environment="current",
            incumbent="back_end",
            budget=12,
            runs_dir=str(folder / "runs"),
        )


def row(decision: Decision, rate: str) -> dict[str, Any]:
    return dict(next(one for one in decision.candidates if one["settings"]["rate"] == rate))


def test_a_model_file_is_trained_on_its_data_from_the_described_weights(decision: Decision) -> None:
    found = row(decision, "asked")
    assert found["status"] == "measured"
    assert found["training"]["reached"]["value"] == 5
    assert found["quality"]["metric"] == "auc"
    hold_to_schema(decision.document, "decision-1")


def test_without_a_quality_every_seed_of_the_incumbent_keeps_the_target(decision: Decision) -> None:
    training = decision.document["training"]
    assert training["target_source"].startswith("what the incumbent back_end@")
    assert training["target"]["provenance"] == "measured"
    assert (training["epochs"], training["batch"]) == (8, 20)


def test_another_learning_rate_than_the_file_s_is_caught_at_the_second_step(decision: Decision) -> None:
    assert row(decision, "twice")["status"] == "infeasible"
    assert row(decision, "twice")["reason"].startswith("the loss of step 2 is ")


def test_the_trained_model_is_kept_in_the_run_folder(decision: Decision) -> None:
    found = row(decision, "asked")["training"]
    file = Path(decision.document["run"]) / found["model_file"]
    assert len(json.loads(file.read_text())) == 4
    assert found["model_size"]["value"] == file.stat().st_size


def test_the_labels_that_are_judged_never_reach_a_worker(decision: Decision) -> None:
    content = (Path(decision.document["run"]) / "task.tensors").read_bytes()
    header = {entry["name"] for entry in json.loads(content.partition(b"\n")[0])}
    assert "y_train" in header
    assert not header & {"y_validation", "y_test"}


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"y": None}, "y is missing (it holds x)"),
        ({"x": np.zeros((7, 3)), "y": np.zeros(8)}, "x has 7 rows and y has 8"),
        ({"x": np.full((400, 3), np.nan)}, "x holds NaN or infinity"),
        ({"x": np.array(["a"] * 400)}, "x is of type <U1; numbers are known"),
        ({"y": np.arange(400)}, "must hold a 0 or a 1 for each row"),
        ({"x": np.zeros((9, 3)), "y": np.zeros(9)}, "9 rows, too few"),
        ({"x": None, "y": None, "x_train": np.zeros((9, 3))}, "y_train is missing"),
    ],
)
def test_data_that_cannot_be_learnt_are_refused_in_one_line(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    assert expected in told(tmp_path, **changes)


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("build()", "make()"), "defines no build(), which returns a compiled keras.Model"),
        (('return {"rate": 0.5}', 'raise OSError("no disk")'), "OSError: no disk"),
        (('"batch": 20', '"batch": 900'), "batch 900 exceeds the 256 training rows"),
        (('"batch": 20', '"bath": 20'), "unknown entry 'bath'; did you mean batch"),
        (('"batch": 20', '"batch": len("x")'), "TASK must be a dict of plain values"),
        (("TASK = ", "TASK: dict = {}\nTASK: dict = {'batch': 900}\n_ = "), "batch 900 exceeds"),
        (('"epochs": 8', '"quality": 95'), "quality 95: auc is from 0 to 1"),
        (('"epochs": 8', '"metric": ["auc"]'), "metric must be a text"),
        (('"epochs": 8', '"reference": "front"'), "reference 'front' is none of"),
        (('"epochs": 8', '"seeds": 3'), "seeds = 3: at least 5"),
        (("0.5", '0.5, "about": {"inputs": [[None, 2]]}'), "takes rows of shape (2,), x has (3,)"),
        (("0.5", '0.5, "about": {"outputs": [[None, 1], [None, 1]]}'), "has 2 outputs"),
        (("0.5", '0.5, "about": {"random_layers": ["dropout"]}'), "say TASK = {'optimisation': 'free'}"),
        (("0.5", '0.5, "about": {"outputs": [[None, 4]]}'), "judged on one output"),
    ],
)
def test_a_model_file_that_cannot_be_trained_is_refused_in_one_line(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    assert expected in told(tmp_path, MODEL.replace(*change))


@pytest.mark.usefixtures("stand_ins")
def test_a_metric_that_does_not_fit_the_labels_and_data_for_another_source_are_refused(
    tmp_path: Path, tiny_model: Path
) -> None:
    assert "--metric rmse does not fit binary labels" in told(tmp_path, MODEL, "--metric", "rmse")
    refusal = told(tmp_path, MODEL, "--target", "y")
    assert "--target does not go with a Keras model, which is trained; it is for tables" in refusal
    assert "--data goes with: Keras model file" in refused(
        "select", tiny_model, "--data", tmp_path / "data.npz"
    )


@pytest.mark.usefixtures("stand_ins")
def test_a_back_end_that_is_not_installed_is_named(tmp_path: Path) -> None:
    line = told(tmp_path, MODEL, "--frameworks", "keras_jax")
    assert "no Keras back end can build it: keras_jax: keras is not installed in" in line


def test_a_keras_model_without_data_is_told_what_to_type(tmp_path: Path) -> None:
    path, _ = write_study(tmp_path, "import keras\n\ndef build():\n    return keras.Sequential([])\n")
    assert f"framewatt select {path} --data data.npz" in refused("select", path)
