"""The network in PyTorch: eager, with the fused optimizer, or compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "PyTorch"
VERSION = "2.13.0"
PACKAGES = {"runtime": ("torch=={version}", "numpy==2.4.6")}
EXCLUDES = ("torchvision", "triton")
IMPORTS = ("torch",)
SETTINGS = {"precision": ("fp32",), "execution": ("eager", "fused", "compile")}
ENTRIES = ({"execution": "eager"}, {"execution": "fused"}, {"execution": "compile"})


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    import torch

    torch.set_num_threads(int(task["settings"]["threads"]))
    return Learner(task, torch)


class Learner:
    """Channels first; kernels become (out, in, 3, 3)."""

    def __init__(self, task: Mapping[str, Any], torch: Any) -> None:
        """Take over the weights; the dense layer sees (height, width, channel)."""
        self._torch = torch
        execution = task["settings"]["execution"]

        def tensor(name: str, *axes: int) -> Any:
            array = task["weights"][name]
            return torch.nn.Parameter(torch.from_numpy(array.transpose(axes).copy() if axes else array))

        self._weights = [
            tensor("conv1/kernel", 3, 2, 0, 1),
            tensor("conv1/bias"),
            tensor("conv2/kernel", 3, 2, 0, 1),
            tensor("conv2/bias"),
            tensor("dense/kernel"),
            tensor("dense/bias"),
        ]
        rate = task["learning_rate"]
        self._optimizer = torch.optim.Adam(
            self._weights, lr=rate, eps=task["epsilon"], fused=execution == "fused"
        )
        self._forward = torch.compile(self._scores) if execution == "compile" else self._scores

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        torch = self._torch
        x = torch.from_numpy(features).permute(0, 3, 1, 2)
        y, rows = torch.from_numpy(labels), torch.from_numpy(batches)
        losses = []
        for batch in rows:
            loss = torch.nn.functional.cross_entropy(self._forward(x[batch]), y[batch])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        with self._torch.no_grad():
            return self._scores(self._torch.from_numpy(features).permute(0, 3, 1, 2)).numpy()

    def _scores(self, x: Any) -> Any:
        functional = self._torch.nn.functional
        k1, b1, k2, b2, k3, b3 = self._weights
        x = functional.max_pool2d(functional.conv2d(x, k1, b1, padding=1).relu(), 2)
        x = functional.max_pool2d(functional.conv2d(x, k2, b2, padding=1).relu(), 2)
        return x.permute(0, 2, 3, 1).flatten(1) @ k3 + b3
