"""The network in Keras 3, computed by PyTorch."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

os.environ["KERAS_BACKEND"] = "torch"  # Keras reads it when it is imported

TITLE = "Keras on PyTorch"
VERSION = "3.15.1"
PACKAGES = {"runtime": ("keras=={version}", "torch==2.13.0", "numpy==2.4.6")}
EXCLUDES = ("torchvision", "triton")
IMPORTS = ("keras", "torch")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    import torch

    torch.set_num_threads(int(task["settings"]["threads"]))
    path = Path(__file__).with_name("_keras_network.py")
    spec = importlib.util.spec_from_file_location("keras_network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Learner(task)
