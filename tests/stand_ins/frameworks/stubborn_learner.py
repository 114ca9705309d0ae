"""Its learning rate is next to nothing, so it never comes far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

TITLE = "Stubborn learner"
VERSION = "1"
ACCEPTS = ("table",)
LIGHT = True
PACKAGES = {"runtime": ("numpy",)}
IMPORTS = ("numpy",)
SETTINGS = {"precision": ("fp32",), "learning_rate": ("1e-9",)}


def most_rounds(settings: Mapping[str, str]) -> int:
    """Steps beyond which no model is sought."""
    return 64


def train(data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
    """Begin at wrong weights and hardly leave them."""
    from ._logistic import descend

    return descend(data, float(settings["learning_rate"]), rounds, start=-1.0)


def scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Probabilities after each number of rounds."""
    from ._logistic import scores

    return scores(model, rows, rounds)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """The last round's weights."""
    from ._logistic import load

    return load(model)
