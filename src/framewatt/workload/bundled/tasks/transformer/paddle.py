"""The transformer encoder in PaddlePaddle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/paddle.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A layer from rows of pixels to class scores."""
    from paddle import nn
    from paddle.nn import functional

    width, heads, epsilon = task["width"], task["heads"], task["norm_epsilon"]

    class Attention(nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

        def forward(self, x: Any) -> Any:
            tokens = x.shape[1]
            query, key, value = (
                layer(x).reshape([-1, tokens, heads, width // heads]).transpose([0, 2, 1, 3])
                for layer in (self.query, self.key, self.value)
            )
            scale = (width // heads) ** -0.5
            shares = functional.softmax((query * scale) @ key.transpose([0, 1, 3, 2]), axis=-1)
            return self.out((shares @ value).transpose([0, 2, 1, 3]).reshape([-1, tokens, width]))

    class Block(nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
            self.attention = Attention()
            self.expand, self.contract = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

        def forward(self, x: Any) -> Any:
            x = x + self.attention(self.norm1(x))
            return x + self.contract(functional.gelu(self.expand(self.norm2(x))))

    class Network(nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            tokens, pixels = task["shape"]
            self.embed, self.position = nn.Linear(pixels, width), nn.Embedding(tokens, width)
            for index in range(task["blocks"]):
                self.add_sublayer(f"block{index}", Block())
            self.norm, self.scores = nn.LayerNorm(width, epsilon), nn.Linear(width, task["classes"])

        def forward(self, x: Any) -> Any:
            x = self.embed(x) + self.position.weight
            for index in range(task["blocks"]):
                x = getattr(self, f"block{index}")(x)
            return self.scores(self.norm(x).mean(1))

    return Network()
