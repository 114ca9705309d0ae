"""The shipped libraries on a small table, and the reference network's first losses; real environments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import pytest

from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide
from framewatt.studies.training.data.folds import divide

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks

LIBRARIES = 8
SEED = 1


@pytest.fixture(autouse=True)
def user_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments are too large to build for one test: the user's cache is used."""
    own = os.environ.get("FRAMEWATT_TEST_CACHE", platformdirs.user_cache_dir("framewatt"))
    monkeypatch.setenv("FRAMEWATT_CACHE_DIR", own)


def test_every_library_learns_a_table_with_gaps_and_categories(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = ["a,b,colour,label"]
    for _ in range(600):
        a, b, colour = rng.standard_normal(), rng.standard_normal(), rng.choice(["red", "green", "blue"])
        label = a + (colour == "red") - 0.3 > 0
        lines.append(f"{a:.3f},{'' if b > 1 else f'{b:.3f}'},{colour},{'yes' if label else 'no'}")
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    request = SelectRequest.of(
        source=str(path), target="label", quality=0.9, budget=90, runs_dir=str(tmp_path / "runs")
    )
    training, inference = decide(request)
    comparable = [
        row for row in training.candidates if row.get("training", {}).get("capacity") == "comparable"
    ]
    assert len(comparable) == LIBRARIES
    assert not [row["reason"] for row in training.candidates if row["status"] == "failed"]
    assert not [row["reason"] for row in inference.candidates if row["status"] == "failed"]


def test_one_gap_that_no_training_row_has_fails_no_linear_library(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((600, 2))
    label = (features[:, 0] > 0).astype(int)
    held_out = int(divide(label, stratified=True, seed=SEED).test[0])
    lines = [f"{a:.3f},{b:.3f},{y}" for (a, b), y in zip(features, label, strict=True)]
    lines[held_out] = f"{features[held_out, 0]:.3f},,{label[held_out]}"
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b,label", *lines]) + "\n")
    request = SelectRequest.of(
        source=str(path),
        target="label",
        quality=0.9,
        frameworks="sklearn_linear,sklearnex_linear",
        seed=SEED,
        budget=10,
        tune=False,
        runs_dir=str(tmp_path / "runs"),
    )
    for decision in decide(request):
        assert not [row["reason"] for row in decision.candidates if row["status"] == "failed"]


def test_the_reference_network_s_scripts_agree_on_the_first_losses(tmp_path: Path) -> None:
    request = SelectRequest.of(
        source="task:cnn",
        frameworks="jax,tensorflow,keras_jax",
        quality=0.3,
        budget=90,
        runs_dir=str(tmp_path / "runs"),
    )
    (decision,) = decide(request)
    for row in decision.candidates:
        assert row["parity"]["error"]["value"] < 1e-4, row["reason"]
