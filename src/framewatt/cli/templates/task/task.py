"""The data of the task and every seed's initial weights. Replace them by your own; arrays are NumPy's.

Instead of this file a `data.npz` with the same six arrays will do; scripts then start from their own weights,
and the task must say `optimisation = "free"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """``x_`` and ``y_`` of train, validation and test. Scripts never see the labels of the last two."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 640), ("validation", 320), ("test", 320)):
        labels = rng.integers(0, 2, count)
        arrays[f"x_{part}"] = (rng.standard_normal((count, 8)) + 1.2 * labels[:, None]).astype(np.float32)
        arrays[f"y_{part}"] = labels
    return arrays


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The start that every script takes over, transposed to its own layout."""
    rng = np.random.default_rng(seed)
    return {"kernel": rng.standard_normal((8, 2)).astype(np.float32), "bias": np.zeros(2, np.float32)}
