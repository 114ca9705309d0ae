"""The perceptron in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/pytorch.py",)


def network(task: Mapping[str, Any]) -> Any:
    """A module from features to class scores."""
    from torch import nn

    first, second = task["hidden"]

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden1, self.hidden2 = nn.Linear(*task["shape"], first), nn.Linear(first, second)
            self.scores = nn.Linear(second, len(task["weights"]["scores/bias"]))

        def forward(self, x: Any) -> Any:
            return self.scores(self.hidden2(self.hidden1(x).relu()).relu())

    return Network()
