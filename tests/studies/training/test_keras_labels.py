"""Labels are checked against the loss and the output's shape, and judged as what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framewatt.errors import BadInput
from framewatt.studies.training.data.array_file import read_arrays
from framewatt.studies.training.data.keras_labels import KerasModel, labels_of

DATA = Path("data.npz")


def model(loss: str, outputs: int, *, from_logits: bool = False) -> KerasModel:
    return KerasModel([[None, 3]], [[None, outputs]], loss, from_logits, [])


def same(y: np.ndarray) -> dict[str, np.ndarray]:
    return {"train": y, "validation": y, "test": y}


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "task", "link"),
    [
        ("sparse_categorical_crossentropy", 3, np.array([0, 1, 2]), "multiclass", "softmax"),
        ("categorical_crossentropy", 3, np.eye(3), "multiclass", "softmax"),
        ("binary_crossentropy", 1, np.array([0, 1, 1]), "binary", "sigmoid"),
        ("mean_squared_error", 1, np.array([0.5, 1, 2]), "regression", "identity"),
    ],
)
def test_the_loss_tells_the_task_and_how_logits_become_scores(
    loss: str, outputs: int, y: np.ndarray, task: str, link: str
) -> None:
    found = labels_of(model(loss, outputs, from_logits=True), same(y), DATA)
    assert (found.task, found.link) == (task, link)
    assert found.arrays["y_test"].ndim == 1


def test_one_hot_labels_are_learnt_as_such_and_judged_by_class_number() -> None:
    found = labels_of(model("categorical_crossentropy", 3), same(np.eye(3)[[2, 0]]), DATA).arrays
    assert found["y_train"].shape == (2, 3)
    assert found["y_test"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "told"),
    [
        ("sparse_categorical_crossentropy", 3, np.array([0, 3]), "has classes 0 to 2"),
        ("sparse_categorical_crossentropy", 3, np.array([0.5, 1]), "takes one class number a row"),
        ("categorical_crossentropy", 3, np.array([0, 1]), "go with sparse_categorical_crossentropy"),
        ("binary_crossentropy", 1, np.array([0, 2]), "must hold a 0 or a 1"),
        (
            "mean_squared_error",
            2,
            np.array([0.0, 2]),
            r"y_train has shape \(2,\), the model's outputs \(2,\)",
        ),
    ],
)
def test_labels_that_do_not_fit_the_model_are_refused(loss: str, outputs: int, y: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        labels_of(model(loss, outputs), same(y), DATA)


def test_whole_sets_are_dealt_into_stratified_parts_without_overlap(tmp_path: Path) -> None:
    y = np.repeat([0, 1], [900, 100])
    np.savez(tmp_path / "data.npz", x=np.arange(1000.0)[:, None], y=y)
    found = read_arrays(tmp_path / "data.npz", 1, 10**9)
    assert [len(found[f"x_{part}"]) for part in ("train", "validation", "test")] == [640, 160, 200]
    assert [int(found[f"y_{part}"].sum()) for part in ("train", "validation", "test")] == [64, 16, 20]
    assert len(np.unique(np.concatenate([found[f"x_{p}"] for p in ("train", "validation", "test")]))) == 1000
    assert found["x_train"].dtype == np.float32


def test_data_too_large_for_the_memory_are_refused_with_the_size_that_would_fit(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros((100, 3)), y=np.zeros(100))
    with pytest.raises(BadInput, match="take a random sample of the rows, up to 100 B"):
        read_arrays(tmp_path / "data.npz", 1, 300)
    (tmp_path / "torn.npz").write_bytes((tmp_path / "data.npz").read_bytes()[:99])
    with pytest.raises(BadInput, match=r"torn\.npz: not a readable \.npz file"):
        read_arrays(tmp_path / "torn.npz", 1, 10**9)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(BadInput, match="a single array"):
        read_arrays(tmp_path / "one.npy", 1, 10**9)


def test_an_archive_is_refused_by_what_it_holds_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x=np.zeros((10**6, 3)), y=np.zeros(10**6))
    assert path.stat().st_size < 10**6
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(BadInput, match=r"32\.0 MB is more than fits into 50\.0 MB"):
        read_arrays(path, 1, 50 * 10**6)
