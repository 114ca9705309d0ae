"""LightGBM: leaf-wise boosting; categories and gaps are its own business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "LightGBM"
VERSION = "4.7.0"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("lightgbm=={version}", "numpy==2.4.6")}
IMPORTS = ("lightgbm",)
SETTINGS = {
    "precision": ("fp32",),
    "learning_rate": ("0.1", "0.2", "0.3"),
    "leaves": ("31", "15", "63"),
}
POINTS = (
    {"learning_rate": "0.3"},
    {"learning_rate": "0.2", "leaves": "15"},
    {"learning_rate": "0.2", "leaves": "63"},
)
_OBJECTIVES = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}


def most_rounds(settings: Mapping[str, str]) -> int:
    """Trees (per class) beyond which no model is sought."""
    return 200


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A booster after exactly `rounds` rounds; building its Dataset is part of training."""
    import lightgbm

    parameters = {
        "objective": _OBJECTIVES[data["task"]],
        "learning_rate": float(settings["learning_rate"]),
        "num_leaves": int(settings["leaves"]),
        "min_data_in_leaf": 20,
        "max_bin": 255,
        "num_threads": int(settings["threads"]),
        "seed": data["seed"],
        "force_col_wise": True,
        "verbosity": -1,
    }
    if data["task"] == "multiclass":
        parameters["num_class"] = data["classes"]
    table = lightgbm.Dataset(
        data["rows"], data["target"], categorical_feature=list(data["categorical"]), params=parameters
    )
    return lightgbm.train(parameters, table, num_boost_round=rounds)


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores after each number of rounds in `rounds`."""
    return [_scores(model, rows, number) for number in rounds]


def _scores(model: Any, rows: np.ndarray, rounds: int | None) -> np.ndarray:
    import numpy as np

    predicted = np.asarray(model.predict(rows, num_iteration=rounds, num_threads=1))
    binary = predicted.ndim == 1 and model.params["objective"] == "binary"
    return np.stack([1 - predicted, predicted], axis=1) if binary else predicted


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A trained booster, ready to score rows."""
    import pickle

    with model.open("rb") as file:
        return Session(pickle.load(file), int(settings["threads"]))  # noqa: S301 - a file of this study's own


class Session:
    """Scores rows; one row at a time and many alike."""

    def __init__(self, booster: Any, threads: int) -> None:
        """`booster` is a ``lightgbm.Booster``."""
        self._booster = booster
        self._threads = threads

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Scores of ``rows``: class probabilities or values."""
        return [self._booster.predict(feed["rows"], num_threads=self._threads)]
