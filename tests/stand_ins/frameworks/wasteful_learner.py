"""Learns what the learner learns, with twenty times the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "Wasteful learner"
VERSION = "1"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)
SETTINGS = {"precision": ("fp32",), "learning_rate": ("0.3", "3")}
WASTE = 20


def most_rounds(settings: Mapping[str, str]) -> int:
    """Steps beyond which no model is sought."""
    return 64


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """Logistic regression, keeping the weights of every round."""
    import numpy as np

    rows, right = _ready(data["rows"]), np.asarray(data["target"], float)
    history = []
    for _ in range(WASTE):
        weights, history = np.zeros(rows.shape[1]), []
        for _ in range(rounds):
            wrong = 1 / (1 + np.exp(-rows @ weights)) - right
            weights = weights - float(settings["learning_rate"]) * rows.T @ wrong / len(rows)
            history.append(weights)
    return history


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Probabilities after each number of rounds."""
    return [_probabilities(model[number - 1], rows) for number in rounds]


def _probabilities(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    import numpy as np

    second = 1 / (1 + np.exp(-_ready(rows) @ weights))
    return np.stack([1 - second, second], axis=1)


def _ready(rows: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.concatenate([np.nan_to_num(rows), np.ones((len(rows), 1))], axis=1)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """The last round's weights."""
    import pickle

    with model.open("rb") as file:
        return Session(pickle.load(file)[-1])  # noqa: S301 - the study's own file


class Session:
    """Scores rows."""

    def __init__(self, weights: np.ndarray) -> None:
        """`weights` are the last round's."""
        self._weights = weights

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Scores of ``rows``."""
        return [_probabilities(self._weights, feed["rows"])]
