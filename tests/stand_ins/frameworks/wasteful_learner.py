"""Learns what the learner learns, with twenty times the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "Wasteful learner"
VERSION = "1"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)
SETTINGS = {"precision": ("fp32",), "learning_rate": ("0.8", "3")}


def most_rounds(settings: Mapping[str, str]) -> int:
    """Steps beyond which no model is sought."""
    return 64


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """Train twenty times and keep the last."""
    from ._logistic import descend

    return [descend(data, float(settings["learning_rate"]), rounds) for _ in range(20)][-1]


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Probabilities after each number of rounds."""
    from ._logistic import scores

    return scores(model, rows, rounds)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """The last round's weights."""
    from ._logistic import load

    return load(model)
