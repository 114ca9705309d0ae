"""The transformer encoder in Flax (Linen), on JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/jax.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from rows of pixels to class scores."""
    from flax import linen as nn

    width, heads, epsilon = task["width"], task["heads"], task["norm_epsilon"]

    class Block(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            normed = nn.LayerNorm(epsilon, name="norm1")(x)
            x = x + nn.MultiHeadDotProductAttention(heads, name="attention")(normed)
            wide = nn.Dense(2 * width, name="expand")(nn.LayerNorm(epsilon, name="norm2")(x))
            return x + nn.Dense(width, name="contract")(nn.gelu(wide, approximate=False))

    class Network(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            position = nn.Embed(x.shape[1], width, name="position")
            x = nn.Dense(width, name="embed")(x) + position.embedding
            for index in range(task["blocks"]):
                x = Block(name=f"block{index}")(x)
            x = nn.LayerNorm(epsilon, name="norm")(x).mean(axis=1)
            return nn.Dense(task["classes"], name="scores")(x)

    return Network()
