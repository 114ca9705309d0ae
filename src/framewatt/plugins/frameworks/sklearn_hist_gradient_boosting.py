"""scikit-learn's HistGradientBoosting: categories and gaps are its own business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "scikit-learn HistGradientBoosting"
VERSION = "1.9.1"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("scikit-learn=={version}", "numpy==2.4.6")}
IMPORTS = (
    "sklearn.ensemble",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.compose",
)
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


def most_rounds(settings: Mapping[str, str]) -> int:
    """Iterations beyond which no model is sought."""
    return 200


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A fitted model after exactly `rounds` iterations."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    regression = data["task"] == "regression"
    estimator = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    model = estimator(
        max_iter=rounds,
        learning_rate=float(settings["learning_rate"]),
        max_leaf_nodes=int(settings["leaves"]),
        min_samples_leaf=20,
        max_bins=255,
        early_stopping=False,
        categorical_features=list(data["categorical"]) or None,
        random_state=data["seed"],
    )
    return model.fit(data["rows"], data["target"])


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores after each number of iterations in `rounds`."""
    from framewatt_worker.scikit_learn_models import boosting_scores

    by_rounds: list[np.ndarray] = boosting_scores(model, rows, rounds)
    return by_rounds


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """A trained model, ready to score rows."""
    from framewatt_worker.scikit_learn_models import Session

    return Session(model)
