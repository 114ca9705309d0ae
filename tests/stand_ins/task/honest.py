"""Does what the task asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = "Honest"
VERSION = "1"
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._learner import Learner

    return Learner(task)
