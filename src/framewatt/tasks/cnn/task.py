"""Digits and initial weights: images (n, size, size, 1), convolutions (3, 3, in, out), dense (in, out).

Scripts transpose to their own layout. Weights are He-uniform from one NumPy seed; the model is
conv 16 - relu - pool 2 - conv 32 - relu - pool 2 - flatten (height, width, channel) - dense.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA = Path(__file__).parent.parent / "data" / "digits.npz"
_EDGE = 8
_CHANNELS = (16, 32)


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Train, validation and test parts: 60, 20 and 20 % of the images in a fixed random order.

    Raises:
        ValueError: a size that is no multiple of 8.
    """
    scale, rest = divmod(int(options["size"]), _EDGE)
    if rest or not scale:
        raise ValueError(f"--size {options['size']}: a multiple of {_EDGE}")
    with np.load(_DATA) as found:
        images, labels = found["images"], found["labels"].astype(np.int64)
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)[..., None].astype(np.float32) / 16
    order = np.random.default_rng(0).permutation(len(labels))
    cuts = np.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])
    parts = dict(zip(("train", "validation", "test"), cuts, strict=True))
    found_x = {f"x_{part}": images[rows] for part, rows in parts.items()}
    return found_x | {f"y_{part}": labels[rows] for part, rows in parts.items()}


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Initial weights by name."""
    rng = np.random.default_rng(seed)
    edge = int(options["size"]) // 4
    shapes = {
        "conv1": (3, 3, 1, _CHANNELS[0]),
        "conv2": (3, 3, *_CHANNELS),
        "dense": (edge * edge * _CHANNELS[1], int(options["classes"])),
    }
    found = {}
    for name, shape in shapes.items():
        limit = np.sqrt(6 / np.prod(shape[:-1]))
        found[f"{name}/kernel"] = rng.uniform(-limit, limit, shape).astype(np.float32)
        found[f"{name}/bias"] = np.zeros(shape[-1], np.float32)
    return found
