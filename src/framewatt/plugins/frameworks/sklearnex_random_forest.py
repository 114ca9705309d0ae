"""The random forest of scikit-learn-intelex (oneDAL); what it lacks it leaves to scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "scikit-learn-intelex random forest"
VERSION = "2026.2.0"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("scikit-learn-intelex=={version}", "scikit-learn==1.9.1", "numpy==2.4.6")}
IMPORTS = (
    "sklearnex.ensemble",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.compose",
)
SETTINGS = {
    "precision": ("fp32",),
    "leaf_rows": ("1", "5", "20"),
}
POINTS = ({"leaf_rows": "5"}, {"leaf_rows": "20"})


def most_rounds(settings: Mapping[str, str]) -> int:
    """Trees beyond which no model is sought."""
    return 100


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """A fitted forest of `rounds` trees."""
    from framewatt_worker.scikit_learn_models import train_forest
    from sklearnex import ensemble

    return train_forest(ensemble, data, settings, rounds)


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores of the first trees, for each number of trees in `rounds`."""
    from framewatt_worker.scikit_learn_models import forest_scores

    by_rounds: list[np.ndarray] = forest_scores(model, rows, rounds)
    return by_rounds


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """A trained model, ready to score rows."""
    from framewatt_worker.scikit_learn_models import Session

    return Session(model)
