"""Training in Keras 3, computed by PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = "Keras on PyTorch"
VERSION = "3.15.1"
PACKAGES = {"runtime": ("keras=={version}", "torch==2.13.0", "numpy==2.4.6")}
EXCLUDES = ("torchvision", "triton")
ENVIRONMENT = {"KERAS_BACKEND": "torch"}
IMPORTS = ("keras", "torch")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    import torch

    from ._keras import Learner

    torch.set_num_threads(int(task["settings"]["threads"]))
    return Learner(task)
