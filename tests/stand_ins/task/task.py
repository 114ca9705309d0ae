"""Two clouds of points and a linear model's initial weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    found = {}
    for part, count in (("train", 200), ("validation", 100), ("test", 100)):
        labels = rng.integers(0, 2, count)
        found[f"x_{part}"] = (rng.standard_normal((count, 3)) + labels[:, None] * 2).astype(np.float32)
        found[f"y_{part}"] = labels
    return found


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {"w": np.random.default_rng(seed).standard_normal(4).astype(np.float32)}
