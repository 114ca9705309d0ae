"""Keras itself: two back ends learn a user's model from one start, and the trained file runs everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from framewatt.cli import cli
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

MODEL = """
import keras
from keras import layers

TASK = {"epochs": 4, "batch": 32}


def build():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model
"""


def write_study(folder: Path, model: str = MODEL) -> tuple[Path, Path]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 320)
    x = rng.standard_normal((320, 8, 8, 1)) + y[:, None, None, None]
    np.savez(folder / "data.npz", x=x, y=y)
    (folder / "model.py").write_text(model)
    return folder / "model.py", folder / "data.npz"


def test_back_ends_agree_on_the_first_losses_and_the_trained_file_on_its_outputs(tmp_path: Path) -> None:
    model, data = write_study(tmp_path)
    common = {"environment": "isolated", "tune": False, "runs_dir": str(tmp_path / "runs")}
    request = SelectRequest.of(
        source=str(model),
        data=str(data),
        frameworks="keras_jax,keras_torch",
        quality=0.9,
        budget=100,
        **common,
    )
    (decision,) = decide(request)
    for row in decision.candidates:
        assert row["parity"]["error"]["value"] < 1e-4, row["reason"]
    trained = [row["training"]["model_file"] for row in decision.candidates if "training" in row]
    file = Path(decision.document["run"]) / next(name for name in trained if name)
    (inference,) = decide(
        SelectRequest.of(
            source=str(file),
            frameworks="keras_jax,keras_torch,onnxruntime",
            budget=10,
            **common,
        )
    )
    for row in inference.candidates:
        assert row["parity"]["error"]["value"] < 1e-4, row["reason"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("    model.compile", "build() returned a model without a loss: call model.compile"),
        ("    return model", "build() returned NoneType, not a keras.Model"),
    ],
)
def test_what_build_returns_is_told_where_it_is_no_model_to_train(
    tmp_path: Path, change: str, told: str
) -> None:
    lines = [line for line in MODEL.splitlines() if not line.startswith(change)]
    model, data = write_study(tmp_path, "\n".join(lines))
    asked = ["select", str(model), "--data", str(data), "--frameworks", "keras_jax"]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 2
    assert f"not a Keras model to train: {told}" in result.stderr.splitlines()[-1]
