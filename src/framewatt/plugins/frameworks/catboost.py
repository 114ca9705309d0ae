"""CatBoost: symmetric trees of depth 5 have as many leaves as the others' 31 or so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "CatBoost"
VERSION = "1.2.10"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("catboost=={version}", "numpy==2.4.6")}
IMPORTS = ("catboost",)
SETTINGS = {
    "precision": ("fp32",),
    "learning_rate": ("0.1", "0.2", "0.3"),
    "depth": ("5", "4", "6"),
    "boosting": ("Plain", "Ordered"),
}
POINTS = (
    {"learning_rate": "0.3"},
    {"learning_rate": "0.3", "depth": "4"},
    {"learning_rate": "0.2", "depth": "6"},
)
_LOSSES = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}


def most_rounds(settings: Mapping[str, str]) -> int:
    """Trees beyond which no model is sought."""
    return 200


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A model of exactly `rounds` trees; quantising the features is part of training."""
    import catboost

    model = catboost.CatBoost(
        {
            "loss_function": _LOSSES[data["task"]],
            "iterations": rounds,
            "learning_rate": float(settings["learning_rate"]),
            "depth": int(settings["depth"]),
            "boosting_type": settings["boosting"],
            "border_count": 254,
            "thread_count": int(settings["threads"]),
            "random_seed": data["seed"],
            "logging_level": "Silent",
            "allow_writing_files": False,
        }
    )
    model.fit(catboost.Pool(_features(data["rows"], data["categorical"]), data["target"]))
    return {"model": model, "categorical": list(data["categorical"])}


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores after each number of trees in `rounds`."""
    import catboost
    import numpy as np

    pool = catboost.Pool(_features(rows, model["categorical"]))
    kind = "RawFormulaVal" if model["model"].get_param("loss_function") == "RMSE" else "Probability"
    return [
        np.asarray(model["model"].predict(pool, prediction_type=kind, ntree_end=number, thread_count=1))
        for number in rounds
    ]


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A trained model, ready to score rows."""
    import pickle

    with model.open("rb") as file:
        return Session(pickle.load(file), int(settings["threads"]))  # noqa: S301 - a file of this study's own


class Session:
    """Scores rows."""

    def __init__(self, model: Mapping[str, Any], threads: int) -> None:
        """`model` is what `train` returned."""
        self._model = model["model"]
        self._categorical = model["categorical"]
        loss = self._model.get_param("loss_function")
        self._how = {
            "prediction_type": "RawFormulaVal" if loss == "RMSE" else "Probability",
            "thread_count": threads,
        }

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Scores of ``rows``: class probabilities or values."""
        return [self._model.predict(_features(feed["rows"], self._categorical), **self._how)]


def _features(rows: np.ndarray, categorical: Sequence[int]) -> Any:
    """The rows as CatBoost takes them fastest: plain floats, or floats and category texts apart."""
    import numpy as np
    from catboost import FeaturesData

    if not categorical:
        return rows
    numeric = [index for index in range(rows.shape[1]) if index not in categorical]
    codes = np.nan_to_num(rows[:, list(categorical)], nan=-1).astype(np.int64)
    texts = codes.astype("S8").astype(object)
    floats = np.ascontiguousarray(rows[:, numeric], np.float32) if numeric else None
    return FeaturesData(num_feature_data=floats, cat_feature_data=texts)
