"""Training in PyTorch: eager, with the fused optimizer, or compiled."""

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
    """A `torch.nn.Module`, trained by Adam on the cross-entropy of its scores."""

    def __init__(self, task: Mapping[str, Any], torch: Any) -> None:
        """Take over the weights; compile nothing yet: the first step does."""
        self._torch = torch
        execution = task["settings"]["execution"]
        self._model = task["network"].network(task)
        self._model.load_state_dict(_state(task["weights"], torch))
        self._optimizer = torch.optim.Adam(
            self._model.parameters(),
            lr=task["learning_rate"],
            eps=task["epsilon"],
            fused=execution == "fused",
        )
        self._forward = self._model
        if execution == "compile":
            torch.compiler.reset()  # a training compiles anew; after 8 models PyTorch would stop doing so
            self._forward = torch.compile(self._model)

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        torch = self._torch
        x, y, losses = torch.from_numpy(features), torch.from_numpy(labels), []
        for batch in torch.from_numpy(batches):
            loss = torch.nn.functional.cross_entropy(self._forward(x[batch]), y[batch])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        with self._torch.no_grad():
            return self._model(self._torch.from_numpy(features)).numpy()


def _state(weights: Mapping[str, np.ndarray], torch: Any) -> dict[str, Any]:
    """The weights under PyTorch's names, kernels as (out, in) or (out, in, height, width)."""
    axes = {2: (1, 0), 4: (3, 2, 0, 1)}
    state = {}
    for name, array in weights.items():
        layer, _, part = name.rpartition("/")
        own = array.transpose(axes[array.ndim]) if part == "kernel" else array
        named = f"{layer.replace('/', '.')}.{'bias' if part == 'bias' else 'weight'}"
        state[named] = torch.from_numpy(own.copy())
    return state
