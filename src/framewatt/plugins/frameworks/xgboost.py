"""XGBoost in its CPU build, growing leaf by leaf so that capacities compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "XGBoost"
VERSION = "3.2.0"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("xgboost-cpu=={version}", "numpy==2.4.6")}
IMPORTS = ("xgboost",)
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
_OBJECTIVES = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}


def most_rounds(settings: Mapping[str, str]) -> int:
    """Rounds beyond which no model is sought."""
    return 200


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A booster after exactly `rounds` rounds, with its feature types; sketching bins is part of training."""
    import xgboost

    types = ["c" if index in data["categorical"] else "q" for index in range(data["rows"].shape[1])]
    parameters = {
        "objective": _OBJECTIVES[data["task"]],
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,
        "max_leaves": int(settings["leaves"]),
        "learning_rate": float(settings["learning_rate"]),
        "max_bin": 255,
        "nthread": int(settings["threads"]),
        "seed": data["seed"],
    }
    if data["task"] == "multiclass":
        parameters["num_class"] = data["classes"]
    table = xgboost.QuantileDMatrix(
        data["rows"],
        data["target"],
        feature_types=types,
        enable_categorical=True,
        max_bin=255,
        nthread=int(settings["threads"]),
    )
    return {"booster": xgboost.train(parameters, table, num_boost_round=rounds), "types": types}


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores after each number of rounds in `rounds`."""
    import numpy as np
    import xgboost

    table = xgboost.DMatrix(rows, feature_types=model["types"], enable_categorical=True)
    predictions = [model["booster"].predict(table, iteration_range=(0, number)) for number in rounds]
    binary = "binary" in str(model["booster"].save_config())
    return [
        np.stack([1 - prediction, prediction], axis=1) if binary and prediction.ndim == 1 else prediction
        for prediction in predictions
    ]


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A trained booster, ready to score rows."""
    import pickle

    with model.open("rb") as file:
        return Session(pickle.load(file), int(settings["threads"]))  # noqa: S301 - a file of this study's own


class Session:
    """Scores rows in place, without building a DMatrix where there are no categories."""

    def __init__(self, model: Mapping[str, Any], threads: int) -> None:
        """`model` is what `train` returned."""
        self._booster = model["booster"]
        self._types = model["types"]
        self._booster.set_param({"nthread": threads})

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Scores of ``rows``: class probabilities or values."""
        import xgboost

        if "c" not in self._types:
            return [self._booster.inplace_predict(feed["rows"])]
        table = xgboost.DMatrix(feed["rows"], feature_types=self._types, enable_categorical=True)
        return [self._booster.predict(table)]
