"""The convolutional network in PyTorch: channels first inside, flattened as (height, width, channel)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/pytorch.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from images to class scores."""
    from torch import nn
    from torch.nn import functional

    first, second = task["channels"]

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, first, 3, padding=1)
            self.conv2 = nn.Conv2d(first, second, 3, padding=1)
            self.scores = nn.Linear(task["weights"]["scores/kernel"].shape[0], task["classes"])

        def forward(self, x: Any) -> Any:
            x = x.permute(0, 3, 1, 2)
            x = functional.max_pool2d(self.conv1(x).relu(), 2)
            x = functional.max_pool2d(self.conv2(x).relu(), 2)
            return self.scores(x.permute(0, 2, 3, 1).flatten(1))

    return Network()
