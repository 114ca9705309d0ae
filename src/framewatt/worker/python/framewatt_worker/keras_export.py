"""A saved Keras model to ONNX, through the PyTorch back end: Keras's own export of it knows fewer models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras  # noqa: TID253 - only the export's environment has both, and only it loads this file
import torch  # noqa: TID253 - see above

from .torch_modules import name_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OPSET = 18
_EXAMPLE_SIZE = 2
"""An example must not have an axis of one where the model leaves it open: it would be taken for fixed."""


class _Flat(torch.nn.Module):  # type: ignore[misc] # PyTorch is Any here
    """A Keras model as a module of tensors alone, in inference mode."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, *tensors: Any) -> tuple[Any, ...]:
        found = self.model(list(tensors) if len(tensors) > 1 else tensors[0], training=False)
        return tuple(keras.tree.flatten(found))


def export_onnx(file: Path, folder: Path) -> dict[str, Any]:
    """Write ``model.onnx``, in which the batch stays open; a ``.keras`` file carries no inputs of its own."""
    model = keras.saving.load_model(file, compile=False, safe_mode=True)
    names, outputs = [_plain(one.name) for one in model.inputs], [_plain(one.name) for one in model.outputs]
    shapes = [[size or _EXAMPLE_SIZE for size in tensor.shape] for tensor in model.inputs]
    example = tuple(
        torch.zeros(shape, dtype=getattr(torch, str(tensor.dtype)))
        for shape, tensor in zip(shapes, model.inputs, strict=True)
    )
    with torch.inference_mode():
        result = _Flat(model)(*example)
    open_axes = tuple(
        {axis: torch.export.Dim.DYNAMIC for axis, size in enumerate(tensor.shape) if size is None}
        for tensor in model.inputs
    )
    program = torch.onnx.export(
        _Flat(model).eval(),
        example,
        dynamo=True,
        opset_version=_OPSET,
        verbose=False,
        dynamic_shapes=(open_axes,),
    )
    graph = program.model.graph
    name_values(graph.inputs, names, graph)
    name_values(graph.outputs, outputs, graph)
    path = folder / "model.onnx"
    program.save(str(path), external_data=False)
    kinds = [str(tensor.dtype).removeprefix("torch.") for tensor in result]
    named = [[value.name for value in side] for side in (graph.inputs, graph.outputs)]
    return {
        "model": str(path),
        "signature": {
            "inputs": _entries(named[0], [str(one.dtype) for one in model.inputs], model.inputs),
            "outputs": _entries(named[1], kinds, model.outputs),
        },
        "samples": [],
    }


def _plain(name: str) -> str:
    """Keras names a tensor after its layer, with a scope that means nothing outside."""
    return name.rpartition("/")[2]


def _entries(names: Sequence[str], dtypes: Sequence[str], tensors: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "dtype": dtype, "shape": list(tensor.shape)}
        for name, dtype, tensor in zip(names, dtypes, tensors, strict=True)
    ]
