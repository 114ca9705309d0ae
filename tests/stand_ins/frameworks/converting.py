"""Converts by copying, as an environment variable says: ``CONVERTING`` is empty, ``open``, or how it fails.

Each try leaves a line in the file that ``CONVERTING_TRIES`` names.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "Converting"
VERSION = "1"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("onnx",), "convert": ("onnx",)}
IMPORTS = ("onnx.reference",)
SETTINGS = {"precision": ("fp32",)}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """A copy of the model under another name."""
    import onnx

    with Path(os.environ["CONVERTING_TRIES"]).open("a") as tries:
        tries.write("once more\n")
    how = os.environ.get("CONVERTING", "")
    is_open = not onnx.load(model).graph.input[0].type.tensor_type.shape.dim[0].HasField("dim_value")
    if how == "fails" or (how == "open" and not is_open):
        raise RuntimeError("the converter stumbles")
    if how == "lacks":
        raise NotImplementedError("operator Gemm is not supported by Converting")
    if how == "full":
        raise OSError(28, "No space left on device", str(folder))
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    converted = folder / "converted.onnx"
    converted.write_bytes(b"" if how == "spoils" else model.read_bytes())
    return converted


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
