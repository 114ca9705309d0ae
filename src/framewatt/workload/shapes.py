"""A private copy of an ONNX graph whose inputs and outputs have the samples' shapes, wherever that is sound.

Only the graph's own inputs and outputs are written: what lies between follows from them, and a shape that is
wrong in one branch of an ``If`` would make the whole model unloadable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx

from framewatt.records import Signature, TensorSpec
from framewatt.workload.graphs import graphs, read_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    Shape = Sequence[int | None]

_DATA_DECIDE = frozenset({"Compress", "Loop", "NonMaxSuppression", "NonZero", "Unique"})
"""Operators whose results are as long as the numbers say: equal shapes of a few samples may be chance."""


def leaves_shapes_open(model: onnx.ModelProto) -> bool:
    """Whether an input or an output of the graph has a dimension without a size."""
    signature = read_signature(model)
    return any(None in spec.shape for spec in (*signature.inputs, *signature.outputs))


def with_output_shapes(
    model: onnx.ModelProto, signature: Signature, answers: Sequence[Mapping[str, np.ndarray]] | None
) -> Signature:
    """`signature`, whose inputs are fixed, with the output shapes that follow (None: the data decide).

    They are those of the oracle's `answers`; without them, or where a few samples prove nothing, those that
    inference finds; else the model's own.
    """
    inferred = _inferred(model, signature)
    operators = {node.op_type for graph in graphs(model.graph) for node in graph.node}
    trusted = answers if answers and not operators & _DATA_DECIDE else ()
    outputs = []
    for spec in signature.outputs:
        shape = inferred.get(spec.name, spec.shape)
        seen = {answer[spec.name].shape for answer in trusted}
        outputs.append(_sized(spec, _agreed(seen.pop(), shape) if len(seen) == 1 else shape))
    return Signature(signature.inputs, tuple(outputs))


def fix_shapes(model: onnx.ModelProto, signature: Signature) -> onnx.ModelProto | None:
    """A copy whose inputs and outputs have the shapes of `signature`; None where it would be invalid."""
    copy = _with_inputs(model, signature)
    specs = {spec.name: spec for spec in signature.outputs}
    for value in copy.graph.output:
        _set_shape(value, specs[value.name].shape)
    return copy if _is_valid(copy, full=_is_valid(model, full=True)) else None


def _with_inputs(model: onnx.ModelProto, signature: Signature) -> onnx.ModelProto:
    """A copy with the inputs of `signature`, in which no other shape is claimed than the outputs'."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    specs = {spec.name: spec for spec in signature.inputs}
    for value in copy.graph.input:
        if value.name in specs:
            _set_shape(value, specs[value.name].shape)
    for graph in graphs(copy.graph):
        del graph.value_info[:]
    return copy


def _inferred(model: onnx.ModelProto, signature: Signature) -> dict[str, Shape]:
    """The output shapes that inference finds; an output is missing where it does not even find the rank."""
    copy = _with_inputs(model, signature)
    for value in copy.graph.output:
        value.type.tensor_type.ClearField("shape")
    try:
        found = onnx.shape_inference.infer_shapes(copy, data_prop=True).graph.output
    except onnx.shape_inference.InferenceError:
        return {}
    kinds = {
        value.name: value.type.tensor_type for value in found if value.type.tensor_type.HasField("shape")
    }
    return {
        name: [size.dim_value if size.HasField("dim_value") else None for size in kind.shape.dim]
        for name, kind in kinds.items()
    }


def _agreed(seen: Shape, inferred: Shape) -> Shape:
    """What the oracle saw, but for an axis where inference is sure of something else."""
    if len(seen) != len(inferred):
        return seen
    return [a if b in {a, None} else None for a, b in zip(seen, inferred, strict=True)]


def _sized(spec: TensorSpec, shape: Shape) -> TensorSpec:
    names = tuple(f"{spec.name}.{axis}" if size is None else None for axis, size in enumerate(shape))
    return TensorSpec(spec.name, spec.dtype, tuple(shape), names)


def _set_shape(value: onnx.ValueInfoProto, shape: Shape) -> None:
    value.type.tensor_type.shape.Clear()
    for size in shape:
        dimension = value.type.tensor_type.shape.dim.add()
        if size is not None:
            dimension.dim_value = size


def _is_valid(model: onnx.ModelProto, *, full: bool) -> bool:
    """Whether the checker takes it; a `full` check also infers every shape and finds contradictions."""
    try:
        onnx.checker.check_model(model, full_check=full)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError):
        return False
    return True
