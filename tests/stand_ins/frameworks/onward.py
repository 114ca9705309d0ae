"""Starts from what ``converting`` made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "Onward"
VERSION = "1"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("onnx",), "convert": ("onnx",)}
IMPORTS = ("onnx.reference",)
CONVERTS_FROM = "converting"
SETTINGS = {"precision": ("fp32",)}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """A copy of what was converted."""
    onward = folder / "onward.onnx"
    onward.write_bytes(model.read_bytes())
    return onward


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Load the converted model."""
    from onnx.reference import ReferenceEvaluator

    return Session(ReferenceEvaluator(str(model)))


class Session:
    """Runs one query."""

    def __init__(self, evaluator: Any) -> None:
        """`evaluator` is an ``onnx.reference.ReferenceEvaluator``."""
        self._evaluator = evaluator

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        return list(self._evaluator.run(None, dict(feed)))
