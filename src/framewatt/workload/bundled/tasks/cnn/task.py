"""Digits as images ``(n, size, size, 1)``; conv - relu - pool 2, twice, then dense."""

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
    images, labels = datasets.images(options)
    return datasets.parts(images[..., None], labels)


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Initial weights by name; the dense layer sees (height, width, channel)."""
    first, second = options["channels"]
    edge = int(options["size"]) // 4
    kernels = {
        "conv1": (3, 3, 1, first),
        "conv2": (3, 3, first, second),
        "scores": (edge * edge * second, options["classes"]),
    }
    return initial.layers(np.random.default_rng(seed), kernels)
