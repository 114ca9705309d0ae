"""The same model in PyTorch."""

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


def build(task: Mapping[str, Any]) -> Learner:
    """A fresh learner with the task's initial weights."""
    import torch

    torch.set_num_threads(int(task["settings"]["threads"]))
    return Learner(task, torch)


class Learner:
    """Softmax regression by stochastic gradient descent."""

    def __init__(self, task: Mapping[str, Any], torch: Any) -> None:
        """Take over the initial weights."""
        self._torch = torch
        self._weights = [torch.nn.Parameter(torch.from_numpy(task["weights"][n])) for n in ("kernel", "bias")]
        self._optimizer = torch.optim.SGD(self._weights, lr=task["learning_rate"])

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step for each row of `batches`; each step's mean loss before its update."""
        torch = self._torch
        x, y, losses = torch.from_numpy(features), torch.from_numpy(labels), []
        for rows in torch.from_numpy(batches):
            loss = torch.nn.functional.cross_entropy(self._scores(x[rows]), y[rows])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores on the host."""
        with self._torch.no_grad():
            return self._scores(self._torch.from_numpy(features)).numpy()

    def _scores(self, x: Any) -> Any:
        kernel, bias = self._weights
        return x @ kernel + bias
