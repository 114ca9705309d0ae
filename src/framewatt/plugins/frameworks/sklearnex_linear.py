"""Logistic regression and ridge of scikit-learn-intelex; what it lacks it leaves to scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "scikit-learn-intelex linear"
VERSION = "2026.2.0"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("scikit-learn-intelex=={version}", "scikit-learn==1.9.1", "numpy==2.4.6")}
IMPORTS = (
    "sklearnex.linear_model",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.compose",
)
SETTINGS = {
    "precision": ("fp32",),
    "penalty": ("1", "0.1", "10"),
}
POINTS = ({"penalty": "0.1"}, {"penalty": "10"})


def most_rounds(settings: Mapping[str, str]) -> int:
    """There are no stages: a linear model is fitted or not."""
    return 1


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A fitted linear model; `rounds` is always 1."""
    from framewatt_worker.scikit_learn_models import train_linear
    from sklearnex import linear_model

    return train_linear(linear_model, data, settings)


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Its scores, once for each entry of `rounds`."""
    from framewatt_worker.scikit_learn_models import final_scores

    return [final_scores(model, rows) for _ in rounds]


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """A trained model, ready to score rows."""
    from framewatt_worker.scikit_learn_models import Session

    return Session(model)
