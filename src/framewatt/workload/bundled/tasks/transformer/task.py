"""Digits as sequences ``(n, size, size)``: a token is a row of pixels.

Every row is embedded and given its position; then come blocks of ``x + attention(norm(x))`` and
``x + contract(gelu(expand(norm(x))))``, a last norm, the mean over the rows, and a dense layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.workload.bundled.tasks import datasets, initial

if TYPE_CHECKING:
    from collections.abc import Mapping


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The parts of the data set.

    Raises:
        ValueError: a size that is no multiple of 8.
    """
    return datasets.parts(*datasets.images(options))


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Initial weights by name; attention kernels hold the heads side by side."""
    rng = np.random.default_rng(seed)
    size, width = int(options["size"]), options["width"]
    found = initial.layers(rng, {"embed": (size, width)})
    found |= initial.embedding(rng, "position", size, width)
    for block in (f"block{index}" for index in range(options["blocks"])):
        attention = {f"{block}/attention/{part}": (width, width) for part in ("query", "key", "value", "out")}
        dense = {f"{block}/expand": (width, 2 * width), f"{block}/contract": (2 * width, width)}
        found |= initial.norm(f"{block}/norm1", width) | initial.norm(f"{block}/norm2", width)
        found |= initial.layers(rng, attention | dense)
    found |= initial.norm("norm", width)
    return found | initial.layers(rng, {"scores": (width, options["classes"])})
