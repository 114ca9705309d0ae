"""Does what the task asks, with much needless work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Laborious"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._learner import Learner

    class Laborious(Learner):
        def step(self, x: np.ndarray, y: np.ndarray) -> float:
            for _ in range(50):
                self.loss(x, y)
            return super().step(x, y)

    return Laborious(task)
