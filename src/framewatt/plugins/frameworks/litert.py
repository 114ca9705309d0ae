"""LiteRT (once TensorFlow Lite) on the CPU, with its XNNPACK kernels; models are converted by onnx2tf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "LiteRT"
VERSION = "2.3.0"
ACCEPTS = ("onnx",)
LIGHT = False  # the runtime is small, but converting takes TensorFlow
PACKAGES = {
    "runtime": ("ai-edge-litert=={version}", "numpy==2.4.6"),
    "convert": ("onnx2tf==1.29.24", "tensorflow==2.19.0", "numpy==1.26.4"),
}
EXCLUDES = ("tensorboard", "torch", "torchvision")
IMPORTS = ("ai_edge_litert.interpreter",)
CONVERTS_FROM = "tensorflow"  # one run of onnx2tf serves both
SETTINGS = {"precision": ("fp32",)}
SHIPPED = {"precision": "fp32"}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert TensorFlow's SavedModel to a TFLite file with float32 weights."""
    from framewatt_worker.onnx_to_tensorflow import to_tflite

    converted: Path = to_tflite(model, folder / "model.tflite")
    return converted


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """An interpreter with `threads`, its tensors allocated."""
    from ai_edge_litert.interpreter import Interpreter

    shipped = settings.get("as") == "shipped"
    interpreter = Interpreter(str(model), **({} if shipped else {"num_threads": int(settings["threads"])}))
    interpreter.allocate_tensors()
    return Session(interpreter, signature)


class Session:
    """Runs one query through the interpreter's tensors."""

    def __init__(self, interpreter: Any, signature: Mapping[str, Any]) -> None:
        """`interpreter` has its tensors allocated."""
        self._interpreter = interpreter
        runner = interpreter.get_signature_runner("serving_default")
        inputs, outputs = runner.get_input_details(), runner.get_output_details()
        self._inputs = [
            (entry["name"], inputs[f"input_{index}"]["index"], inputs[f"input_{index}"]["dtype"])
            for index, entry in enumerate(signature["inputs"])
        ]
        self._outputs = [
            (outputs[f"output_{index}"]["index"], entry["dtype"])
            for index, entry in enumerate(signature["outputs"])
        ]

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order and types; `get_tensor` copies them out."""
        for name, index, dtype in self._inputs:
            self._interpreter.set_tensor(index, feed[name].astype(dtype, copy=False))
        self._interpreter.invoke()
        return [
            self._interpreter.get_tensor(index).astype(dtype, copy=False) for index, dtype in self._outputs
        ]
