"""The convolutional network in Flax (Linen), on JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/jax.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from images to class scores."""
    from flax import linen as nn

    first, second = task["channels"]

    class Network(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            x = nn.relu(nn.Conv(first, (3, 3), name="conv1")(x))
            x = nn.max_pool(x, (2, 2), strides=(2, 2))
            x = nn.relu(nn.Conv(second, (3, 3), name="conv2")(x))
            x = nn.max_pool(x, (2, 2), strides=(2, 2))
            return nn.Dense(task["classes"], name="scores")(x.reshape(len(x), -1))

    return Network()
