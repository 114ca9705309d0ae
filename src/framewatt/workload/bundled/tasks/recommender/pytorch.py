"""The recommender in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/pytorch.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from pairs of numbers to scores of "no click" and "click"."""
    import torch
    from torch import nn

    width = task["width"]

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.user, self.item = nn.Embedding(task["users"], width), nn.Embedding(task["items"], width)
            self.hidden, self.scores = nn.Linear(3 * width, task["hidden"]), nn.Linear(task["hidden"], 2)

        def forward(self, pairs: Any) -> Any:
            user, item = self.user(pairs[:, 0]), self.item(pairs[:, 1])
            both = torch.cat([user, item, user * item], dim=1)
            return self.scores(self.hidden(both).relu())

    return Network()
