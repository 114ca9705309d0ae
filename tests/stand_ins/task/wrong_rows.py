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


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._learner import Learner

    class WrongRows(Learner):
        def predict(self, features: np.ndarray) -> np.ndarray:
            return super().predict(features)[:-1]

    return WrongRows(task)
