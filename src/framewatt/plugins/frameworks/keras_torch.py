"""Keras 3 computed by PyTorch: trains a user's ``build()``, and runs a saved ``.keras`` model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TITLE = "Keras on PyTorch"
VERSION = "3.15.1"
ACCEPTS = ("keras", "keras_code")
LIGHT = True
PACKAGES = {
    "runtime": ("keras=={version}", "torch==2.13.0", "numpy==2.4.6"),
    "convert": ("keras=={version}", "torch==2.13.0", "onnx==1.23.2", "onnxscript==0.7.2", "numpy==2.4.6"),
}
EXCLUDES = ("torchvision", "triton")
ENVIRONMENT = {"KERAS_BACKEND": "torch"}
IMPORTS = ("keras", "torch")
SETTINGS = {"precision": ("fp32",)}
EXPORTS = ("keras",)


def describe(model: Path, weights: Path, seeds: Sequence[int], shape: Sequence[int]) -> dict[str, Any]:
    """What the user's ``build()`` makes, and each seed's initial weights."""
    from framewatt_worker import keras_models

    description: dict[str, Any] = keras_models.describe(model, weights, seeds, shape)
    return description


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from framewatt_worker.keras_models import Learner

    _set_threads(int(task["settings"]["threads"]))
    return Learner(task)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """A saved model; `signature` names its inputs in its own order."""
    from framewatt_worker.keras_models import Session

    _set_threads(int(settings["threads"]))
    return Session(model, signature["inputs"])


def compile(session: Any) -> Any:  # noqa: A001 - the phase's name
    """The compiled forward step."""
    return session.build()


def export(model: Path, folder: Path, samples: Path | None) -> dict[str, Any]:
    """Export to ONNX with an open batch; a ``.keras`` file carries no inputs of its own."""
    from framewatt_worker.keras_export import export_onnx

    exported: dict[str, Any] = export_onnx(model, folder)
    return exported


def _set_threads(threads: int) -> None:
    """PyTorch's pool for operators."""
    import torch

    torch.set_num_threads(threads)
