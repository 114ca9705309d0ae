"""Loads a model only as it came: our copy, whose shapes are fixed, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "Particular"
VERSION = "1"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("onnx",)}
IMPORTS = ("onnx.reference",)
SETTINGS = {"precision": ("fp32",)}


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Load the model where its first dimension is open."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    loaded = onnx.load(model)
    if loaded.graph.input[0].type.tensor_type.shape.dim[0].HasField("dim_value"):
        raise RuntimeError("the branches differ in rank")
    return Session(ReferenceEvaluator(loaded))


class Session:
    """Runs one query."""

    def __init__(self, evaluator: Any) -> None:
        """`evaluator` is an ``onnx.reference.ReferenceEvaluator``."""
        self._evaluator = evaluator

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        return list(self._evaluator.run(None, dict(feed)))
