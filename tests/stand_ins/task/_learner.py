"""Logistic regression in NumPy: what all scripts of this task share; each departs from it in one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


class Learner:
    """One step of gradient descent a batch; the last weight is the bias."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self.weights, self.rate = task["weights"]["w"].astype(float), task["learning_rate"]

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per batch."""
        return [self.step(_with_bias(features[rows]), labels[rows]) for rows in batches]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Probability of the second cloud."""
        return self.chance(_with_bias(features))

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """The loss before the update."""
        loss = self.loss(x, y)
        self.update(x, y)
        return loss

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Mean cross-entropy."""
        chance = np.clip(self.chance(x), 1e-9, 1 - 1e-9)
        return float(-np.mean(y * np.log(chance) + (1 - y) * np.log(1 - chance)))

    def update(self, x: np.ndarray, y: np.ndarray) -> None:
        """Down the slope."""
        self.weights = self.weights - self.rate * x.T @ (self.chance(x) - y) / len(y)

    def chance(self, x: np.ndarray) -> np.ndarray:
        """Of the second cloud."""
        return 1 / (1 + np.exp(-x @ self.weights))


def _with_bias(features: np.ndarray) -> np.ndarray:
    return np.concatenate([features.astype(float), np.ones((len(features), 1))], axis=1)
