"""TensorFlow's own formats to ONNX through tf2onnx, and what a model in them takes and gives.

Where tf2onnx fails, the model's own runtime still runs it: the answer then holds no ONNX file, but why.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .conversion import run_converter
from .exported import entry, exported
from .tensor_names import SIDES, tflite_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OPSET = "17"
_SIGNATURE = "serving_default"


def export_saved_model(model: Path, folder: Path) -> dict[str, Any]:
    """A SavedModel's ``serving_default`` function.

    Raises:
        RuntimeError: it has no such function.
    """
    import tensorflow as tf

    signatures = tf.saved_model.load(str(model)).signatures
    if _SIGNATURE not in signatures:
        raise RuntimeError(f"it has no signature {_SIGNATURE}; it has {', '.join(signatures) or 'none'}")
    function = signatures[_SIGNATURE]
    inputs = [_of_spec(name, spec) for name, spec in function.structured_input_signature[1].items()]
    outputs = {name: _of_spec(name, spec) for name, spec in function.structured_outputs.items()}
    arguments = ["--saved-model", str(model), "--signature_def", _SIGNATURE, "--tag", "serve"]
    path, reason = _to_onnx(arguments, folder)
    ordered = _outputs_of(path) if path else list(outputs)
    return exported(path, inputs, [outputs[name] for name in ordered], reason=reason)


def export_tflite(model: Path, folder: Path) -> dict[str, Any]:
    """A LiteRT model; tensors are called as its one signature calls them, else as they are called inside."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(model))
    arguments, signature = ["--tflite", str(model)], []
    for side in SIDES:
        tensors = tflite_tensors(interpreter, side)
        signature.append([_of_tensor(name, one) for name, one in tensors.items()])
        arguments += [f"--{side}", ",".join(one["name"] for one in tensors.values())]
        arguments += [f"--rename-{side}", ",".join(tensors)]
    path, reason = _to_onnx(arguments, folder)
    return exported(path, *signature, reason=reason)


def _to_onnx(arguments: Sequence[str], folder: Path) -> tuple[Path | None, str | None]:
    """The valid ONNX file that tf2onnx writes, or why there is none."""
    import onnx  # noqa: PLC0415 - see above

    path = folder / "model.onnx"
    command = [sys.executable, "-m", "tf2onnx.convert", *arguments, "--opset", _OPSET, "--output", str(path)]
    try:
        run_converter(command, folder)
        onnx.checker.check_model(str(path))
    except (RuntimeError, OSError, onnx.checker.ValidationError) as error:
        return None, f"tf2onnx: {str(error).strip().splitlines()[0]}"
    return path, None


def _outputs_of(path: Path) -> list[str]:
    import onnx  # noqa: PLC0415 - see above

    return [value.name for value in onnx.load(path, load_external_data=False).graph.output]


def _of_spec(name: str, spec: Any) -> dict[str, Any]:
    if spec.dtype.name == "string" or spec.shape.rank is None:
        raise NotImplementedError(f"{name} is text or of any number of dimensions, which samples cannot be")
    return entry(name, spec.dtype.name, list(spec.shape))


def _of_tensor(name: str, details: dict[str, Any]) -> dict[str, Any]:
    shape = [size if size > 0 else None for size in _shape(details)]
    return entry(name, details["dtype"].__name__, shape)


def _shape(details: dict[str, Any]) -> Sequence[int]:
    """With -1 for open dimensions, where the file tells them."""
    signature: Sequence[int] = details["shape_signature"]
    return signature if len(signature) else details["shape"]
