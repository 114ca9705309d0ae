"""What the learners share: logistic regression by gradient descent, one round a step over all rows."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


ROUND_CPU_SECONDS = 2e-4
"""A round takes this long on any processor: what a request costs beside it must not decide who is cheaper."""


def descend(data: Mapping[str, Any], rate: float, rounds: int, start: float = 0.0) -> list[np.ndarray]:
    """The weights after every round, so that shorter trainings are prefixes."""
    rows, right = _ready(data["rows"]), np.asarray(data["target"], float)
    weights, history = np.full(rows.shape[1], start), []
    for _ in range(rounds):
        end = time.thread_time() + ROUND_CPU_SECONDS
        weights = weights - rate * rows.T @ (_chance(weights, rows) - right) / len(rows)
        history.append(weights)
        while time.thread_time() < end:
            pass
    return history


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Probabilities after each number of rounds."""
    return [_probabilities(model[number - 1], rows) for number in rounds]


def load(model: Path) -> Session:
    """The last round's weights."""
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


def _probabilities(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    second = _chance(weights, _ready(rows))
    return np.stack([1 - second, second], axis=1)


def _chance(weights: np.ndarray, ready: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-ready @ weights))


def _ready(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([np.nan_to_num(rows), np.ones((len(rows), 1))], axis=1)
