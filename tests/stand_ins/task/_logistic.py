"""What the scripts share: a learner that does what the task asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


class Learner:
    """Logistic regression, one step a batch."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Begins with the task's initial weights; the last one is the bias."""
        self.weights, self.rate = task["weights"]["w"].astype(float), task["learning_rate"]

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per batch."""
        return [self.step(ready(features[rows]), labels[rows]) for rows in batches]

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """The loss before the update."""
        loss = self.loss(x, y)
        self.update(x, y)
        return loss

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Probability of the second cloud."""
        return self._chance(ready(features))

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Mean cross-entropy."""
        chance = np.clip(self._chance(x), 1e-9, 1 - 1e-9)
        return float(-np.mean(y * np.log(chance) + (1 - y) * np.log(1 - chance)))

    def update(self, x: np.ndarray, y: np.ndarray) -> None:
        """One step down the gradient."""
        self.weights = self.weights - self.rate * x.T @ (self._chance(x) - y) / len(y)

    def _chance(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-x @ self.weights)))


def ready(features: np.ndarray) -> np.ndarray:
    """Features with a one for the bias."""
    return np.concatenate([features.astype(float), np.ones((len(features), 1))], axis=1)
