"""The transformer encoder in PyTorch, with its fused attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/pytorch.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from rows of pixels to class scores."""
    from torch import nn
    from torch.nn import functional

    width, heads, epsilon = task["width"], task["heads"], task["norm_epsilon"]

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

        def forward(self, x: Any) -> Any:
            parts = (layer(x).unflatten(2, (heads, -1)) for layer in (self.query, self.key, self.value))
            mixed = functional.scaled_dot_product_attention(*(part.transpose(1, 2) for part in parts))
            return self.out(mixed.transpose(1, 2).flatten(2))

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
            self.attention = Attention()
            self.expand, self.contract = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

        def forward(self, x: Any) -> Any:
            x = x + self.attention(self.norm1(x))
            return x + self.contract(functional.gelu(self.expand(self.norm2(x))))

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            tokens, pixels = task["shape"]
            self.embed, self.position = nn.Linear(pixels, width), nn.Embedding(tokens, width)
            for index in range(task["blocks"]):
                self.add_module(f"block{index}", Block())
            self.norm, self.scores = nn.LayerNorm(width, epsilon), nn.Linear(width, task["classes"])

        def forward(self, x: Any) -> Any:
            x = self.embed(x) + self.position.weight
            for index in range(task["blocks"]):
                x = self.get_submodule(f"block{index}")(x)
            return self.scores(self.norm(x).mean(1))

    return Network()
