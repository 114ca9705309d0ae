"""Initial weights of the reference tasks: by layer, in one layout, from one NumPy seed.

Names are ``layer/kernel``, ``layer/bias``, ``layer/scale`` (of a layer norm) and ``layer/embedding``. Kernels
are ``(in, out)`` or ``(height, width, in, out)``; every script brings them into its framework's own layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Weights = dict[str, np.ndarray]


def layers(rng: np.random.Generator, kernels: Mapping[str, Sequence[int]]) -> Weights:
    """He-uniform kernels (He et al. 2015, arXiv 1502.01852) of these shapes, and biases of zero."""
    found = {}
    for name, shape in kernels.items():
        limit = np.sqrt(6 / np.prod(shape[:-1]))
        found[f"{name}/kernel"] = rng.uniform(-limit, limit, shape).astype(np.float32)
        found[f"{name}/bias"] = np.zeros(shape[-1], np.float32)
    return found


def norm(name: str, width: int) -> Weights:
    """A layer norm that changes nothing yet."""
    return {f"{name}/scale": np.ones(width, np.float32), f"{name}/bias": np.zeros(width, np.float32)}


def embedding(rng: np.random.Generator, name: str, rows: int, width: int) -> Weights:
    """Vectors from a normal distribution of deviation 0.1."""
    return {f"{name}/embedding": (0.1 * rng.standard_normal((rows, width))).astype(np.float32)}
