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
    """A learner with the task's initial weights."""
    from ._learner import Learner

    class Never(Learner):
        done = 0

        def step(self, x: np.ndarray, y: np.ndarray) -> float:
            loss: float = super().step(x, y)
            self.done += 1
            if self.done > 5:
                self.weights = 0 * self.weights
            return loss

    return Never(task)
