"""Images as vectors of pixels, or a table's columns: ``(n, features)``; dense - relu, twice, then dense."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.workload.bundled.tasks import datasets, initial

if TYPE_CHECKING:
    from collections.abc import Mapping


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The parts of the data set.

    Raises:
        ValueError: a size that is no multiple of 8, or of a table.
    """
    if options["dataset"] != datasets.IMAGES:
        return datasets.table(options)
    images, labels = datasets.images(options)
    return datasets.parts(images.reshape(len(images), -1), labels)


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Initial weights by name."""
    found = data(options)
    features, classes = found["x_train"].shape[1], int(found["y_train"].max()) + 1
    widths = pairwise([features, *options["hidden"], classes])
    kernels = dict(zip(("hidden1", "hidden2", "scores"), widths, strict=True))
    return initial.layers(np.random.default_rng(seed), kernels)
