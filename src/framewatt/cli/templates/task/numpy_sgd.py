"""The model in NumPy: small enough to read, and the reference of the first losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "NumPy"
VERSION = "2.4.6"
PACKAGES = {"runtime": ("numpy=={version}",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Learner:
    """A fresh learner. `task` holds weights, seed, shape, settings (threads), and all of [options]."""
    return Learner(task["weights"], task["learning_rate"])


class Learner:
    """Softmax regression by stochastic gradient descent."""

    def __init__(self, weights: Mapping[str, np.ndarray], rate: float) -> None:
        """Take over the initial weights."""
        self._kernel, self._bias, self._rate = weights["kernel"], weights["bias"], rate

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step for each row of `batches` (row numbers); each step's mean loss before its update."""
        import numpy as np

        losses = []
        for rows in batches:
            chances = self._chances(features[rows])
            right = np.arange(len(rows)), labels[rows]
            losses.append(float(-np.log(chances[right]).mean()))
            chances[right] -= 1
            self._kernel = self._kernel - self._rate * features[rows].T @ chances / len(rows)
            self._bias = self._bias - self._rate * chances.mean(axis=0)
        return losses

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Scores: (rows, classes), or (rows,) for a regression. All results must be on the host."""
        return self._chances(features)

    def _chances(self, features: np.ndarray) -> np.ndarray:
        import numpy as np

        scores = features @ self._kernel + self._bias
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)
