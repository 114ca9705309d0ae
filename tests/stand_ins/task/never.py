"""Agrees for five steps and then forgets everything, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Never"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Any:
    """A learner that loses its weights after each further step."""
    from ._logistic import Learner

    class Never(Learner):
        steps = 0

        def update(self, x: np.ndarray, y: np.ndarray) -> None:
            super().update(x, y)
            self.steps += 1
            if self.steps > 5:
                self.weights = 0 * self.weights

    return Never(task)
