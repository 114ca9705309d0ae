"""Does what the task asks, with much needless work: so much that it decides on any processor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Laborious"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)

NEEDLESS_CPU_SECONDS = 2e-3
"""In every step, beside some microseconds for what is asked."""


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._learner import Learner

    class Laborious(Learner):
        def step(self, x: np.ndarray, y: np.ndarray) -> float:
            end = time.thread_time() + NEEDLESS_CPU_SECONDS
            while time.thread_time() < end:
                pass
            return super().step(x, y)

    return Laborious(task)
