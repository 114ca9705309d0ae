"""Scores the wrong number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Wrong rows"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    return Learner(task["weights"]["w"].astype(float), task["learning_rate"])


class Learner:
    """Logistic regression, one step a batch."""

    def __init__(self, weights: np.ndarray, rate: float) -> None:
        """The last weight is the bias."""
        self._weights, self._rate = weights, rate

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per batch."""
        losses = []
        for rows in batches:
            x, y = self._ready(features[rows]), labels[rows]
            losses.append(self._loss(x, y))
            self._update(x, y)
        return losses

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Probability of the second cloud."""
        return self._chance(self._ready(features))[:-1]

    def _loss(self, x: np.ndarray, y: np.ndarray) -> float:
        import numpy as np

        chance = np.clip(self._chance(x), 1e-9, 1 - 1e-9)
        return float(-np.mean(y * np.log(chance) + (1 - y) * np.log(1 - chance)))

    def _update(self, x: np.ndarray, y: np.ndarray) -> None:
        self._weights = self._weights - self._rate * x.T @ (self._chance(x) - y) / len(y)

    def _chance(self, x: np.ndarray) -> np.ndarray:
        import numpy as np

        return 1 / (1 + np.exp(-x @ self._weights))

    @staticmethod
    def _ready(features: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.concatenate([features.astype(float), np.ones((len(features), 1))], axis=1)
