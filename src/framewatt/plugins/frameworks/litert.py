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
SETTINGS = {"precision": ("fp32",)}
SHIPPED = {"precision": "fp32"}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert to a TFLite file with float32 weights.

    LiteRT has no Erf: the polynomial in its place differs by less than 2e-7 (Abramowitz and Stegun, 7.1.26).
    """
    from framewatt_worker.onnx_to_tensorflow import convert_with_onnx2tf

    converted: Path = convert_with_onnx2tf(model, folder / "model.tflite", signature)
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
        from framewatt_worker.onnx_to_tensorflow import arrange

        self._interpreter = interpreter
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        order = arrange(signature["inputs"], [(item["name"], tuple(item["shape"])) for item in inputs])
        self._inputs = [
            (entry["name"], inputs[index]["index"], inputs[index]["dtype"])
            for entry, index in zip(signature["inputs"], order, strict=True)
        ]
        order = arrange(signature["outputs"], [(item["name"], tuple(item["shape"])) for item in outputs])
        self._outputs = [
            (outputs[index]["index"], entry["dtype"])
            for entry, index in zip(signature["outputs"], order, strict=True)
        ]

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order and types; `get_tensor` copies them out."""
        for name, index, dtype in self._inputs:
            self._interpreter.set_tensor(index, feed[name].astype(dtype, copy=False))
        self._interpreter.invoke()
        return [
            self._interpreter.get_tensor(index).astype(dtype, copy=False) for index, dtype in self._outputs
        ]
