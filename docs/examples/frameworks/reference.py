"""The ONNX reference evaluator as a framework: slow, and right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TITLE = "ONNX reference"
VERSION = "1.23.2"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("onnx=={version}", "numpy==2.4.6")}
IMPORTS = ("onnx.reference",)
SETTINGS = {"precision": ("fp32",)}


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Load the model; `settings` has the thread budget, which a single-threaded framework obeys anyway."""
    from onnx.reference import ReferenceEvaluator

    return Session(ReferenceEvaluator(str(model)))


class Session:
    """Runs one query."""

    def __init__(self, evaluator: Any) -> None:
        """Keep the evaluator."""
        self._evaluator = evaluator

    def run(self, feed: Mapping[str, Any]) -> list[Any]:
        """Outputs in the model's order, as numpy arrays."""
        return list(self._evaluator.run(None, dict(feed)))
