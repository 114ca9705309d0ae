"""The convolutional network in PaddlePaddle: channels first inside, flattened as (height, width, channel)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/paddle.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A layer from images to class scores."""
    from paddle import nn
    from paddle.nn import functional

    first, second = task["channels"]

    class Network(nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2D(1, first, 3, padding=1)
            self.conv2 = nn.Conv2D(first, second, 3, padding=1)
            self.scores = nn.Linear(task["weights"]["scores/kernel"].shape[0], task["classes"])

        def forward(self, x: Any) -> Any:
            x = x.transpose([0, 3, 1, 2])
            x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
            x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
            return self.scores(x.transpose([0, 2, 3, 1]).flatten(1))

    return Network()
