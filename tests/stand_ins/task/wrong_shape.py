"""Scores every row six times over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Wrong shape"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._learner import Learner

    class WrongShape(Learner):
        def predict(self, features: np.ndarray) -> np.ndarray:
            return super().predict(features)[:, None, None] * [[1, 1], [1, 1], [1, 1]]

    return WrongShape(task)
