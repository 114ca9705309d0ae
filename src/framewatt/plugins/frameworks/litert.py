"""LiteRT (once TensorFlow Lite) on the CPU, with its XNNPACK kernels; it takes ONNX by way of onnx2tf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "LiteRT"
VERSION = "2.3.0"
ACCEPTS = ("tflite", "onnx")
LIGHT = False  # the runtime is small, but converting takes TensorFlow
PACKAGES = {
    "runtime": ("ai-edge-litert=={version}", "numpy==2.4.6"),
    "convert": ("onnx2tf==1.29.24", "tensorflow==2.19.0", "numpy==1.26.4", "tf2onnx==1.17.0"),
}
EXCLUDES = ("tensorboard", "torch", "torchvision")
IMPORTS = ("ai_edge_litert.interpreter",)
CONVERTS_FROM = "tensorflow"  # one run of onnx2tf serves both
SETTINGS = {"precision": ("fp32",)}
SHIPPED = {"precision": "fp32"}
EXPORTS = ("tflite",)


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert TensorFlow's SavedModel to a TFLite file with float32 weights."""
    from framewatt_worker.onnx_to_tensorflow import to_tflite

    converted: Path = to_tflite(model, folder / "model.tflite")
    return converted


def export(model: Path, folder: Path, samples: Path | None) -> dict[str, Any]:
    """A user's own ``.tflite`` file to ONNX; it names its inputs itself."""
    from framewatt_worker.tensorflow_to_onnx import export_tflite

    exported: dict[str, Any] = export_tflite(model, folder)
    return exported


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """An interpreter with `threads`, its tensors allocated."""
    from ai_edge_litert.interpreter import Interpreter

    shipped = settings.get("as") == "shipped"
    interpreter = Interpreter(str(model), **({} if shipped else {"num_threads": int(settings["threads"])}))
    _set_shapes(interpreter, signature)
    interpreter.allocate_tensors()
    return Session(interpreter, signature)


def _set_shapes(interpreter: Any, signature: Mapping[str, Any]) -> None:
    """Give inputs that a file leaves open the shapes of the samples."""
    from framewatt_worker.tensor_names import names_in, tflite_tensors

    tensors = tflite_tensors(interpreter, "inputs")
    names = names_in(tensors, signature["inputs"], "inputs")
    for entry, name in zip(signature["inputs"], names, strict=True):
        if None not in entry["shape"] and list(tensors[name]["shape"]) != entry["shape"]:
            interpreter.resize_tensor_input(tensors[name]["index"], entry["shape"])


class Session:
    """Runs one query through the interpreter's tensors."""

    def __init__(self, interpreter: Any, signature: Mapping[str, Any]) -> None:
        """`interpreter` has its tensors allocated."""
        from framewatt_worker.tensor_names import names_in, tflite_tensors

        self._interpreter = interpreter
        inputs, outputs = (tflite_tensors(interpreter, side) for side in ("inputs", "outputs"))
        named = zip(signature["inputs"], names_in(inputs, signature["inputs"], "inputs"), strict=True)
        self._inputs = [
            (entry["name"], inputs[name]["index"], inputs[name]["dtype"]) for entry, name in named
        ]
        named = zip(signature["outputs"], names_in(outputs, signature["outputs"], "outputs"), strict=True)
        self._outputs = [(outputs[name]["index"], entry["dtype"]) for entry, name in named]

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order and types; `get_tensor` copies them out."""
        for name, index, dtype in self._inputs:
            self._interpreter.set_tensor(index, feed[name].astype(dtype, copy=False))
        self._interpreter.invoke()
        return [
            self._interpreter.get_tensor(index).astype(dtype, copy=False) for index, dtype in self._outputs
        ]
