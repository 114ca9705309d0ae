"""Data sets that ship with scikit-learn, in the parts on which a reference task is trained and judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    Parts = dict[str, np.ndarray]

IMAGES = "digits"
"""The one data set of images; the others are tables."""
_DATA = Path(__file__).parent / "data"
_EDGE = 8
_HELD_OUT = 0.2


def parts(features: np.ndarray, labels: np.ndarray) -> Parts:
    """``x_`` and ``y_`` of train, validation and test: 60, 20 and 20 % of the rows, in a fixed order."""
    order = np.random.default_rng(0).permutation(len(labels))
    held = int(_HELD_OUT * len(order))  # equal parts, so that what a compiler made for one serves the other
    rows = np.split(order, [len(order) - 2 * held, len(order) - held])
    found = {}
    for part, chosen in zip(("train", "validation", "test"), rows, strict=True):
        found[f"x_{part}"], found[f"y_{part}"] = features[chosen], labels[chosen]
    return found


def images(options: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Images ``(n, size, size)`` of values from 0 to 1, enlarged by repeating pixels, and their labels.

    Raises:
        ValueError: a size that is no multiple of 8.
    """
    scale, rest = divmod(int(options["size"]), _EDGE)
    if rest or scale < 1:
        raise ValueError(f"--size {options['size']}: a multiple of {_EDGE}, the edge of the original images")
    found, labels = _read(IMAGES)
    return found.repeat(scale, axis=1).repeat(scale, axis=2).astype(np.float32) / 16, labels


def table(options: Mapping[str, Any]) -> Parts:
    """A table's parts; columns are standardised by the mean and deviation of the training part.

    Raises:
        ValueError: a size, which only images have.
    """
    if int(options["size"]) != _EDGE:
        raise ValueError(
            f"--size {options['size']}: only images have one, and {options['dataset']} is a table"
        )
    found = parts(*_read(options["dataset"]))
    mean, deviation = found["x_train"].mean(axis=0), found["x_train"].std(axis=0)
    return {n: (a - mean) / deviation if n.startswith("x_") else a for n, a in found.items()}


def _read(name: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(_DATA / f"{name}.npz") as found:
        return found["features"], found["labels"].astype(np.int64)
