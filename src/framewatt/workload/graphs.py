"""What framewatt does to an ONNX graph, always on a copy: its parts, its signature, widened numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from framewatt.errors import BadInput
from framewatt.records import Signature, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAME_VALUES = frozenset({"Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})
"""Operators whose result holds their first input's numbers."""


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and all that lie in its nodes: branches, loop bodies."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs(attribute.g)
            for inner in attribute.graphs:
                yield from graphs(inner)


def tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Every tensor with data: weights and constants, in subgraphs and functions too."""
    for graph in graphs(model.graph):
        yield from graph.initializer
    functions = (node for function in model.functions for node in function.node)
    for node in (*functions, *(node for graph in graphs(model.graph) for node in graph.node)):
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)


def read_signature(model: onnx.ModelProto) -> Signature:
    """Inputs (without initialisers) and outputs of the graph.

    Raises:
        BadInput: one of them is not a tensor of numbers.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    return Signature(tuple(map(_tensor, inputs)), tuple(map(_tensor, model.graph.output)))


def _tensor(value: onnx.ValueInfoProto) -> TensorSpec:
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type"):
        raise BadInput(f"{value.name!r} is not a tensor (sequence or map): framewatt feeds tensors only")
    if kind.elem_type == TensorProto.STRING:
        raise BadInput(f"{value.name!r} is a tensor of text: framewatt compares numbers only")
    if kind.elem_type not in TensorProto.DataType.values() or kind.elem_type == TensorProto.UNDEFINED:
        raise BadInput(f"{value.name!r} has no element type that ONNX knows")
    dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type).name
    dims = kind.shape.dim
    shape = tuple(d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None for d in dims)
    names = tuple(
        None if size is not None else (d.dim_param or f"{value.name}.{axis}")
        for axis, (d, size) in enumerate(zip(dims, shape, strict=True))
    )
    return TensorSpec(value.name, dtype, shape, names)


def vocabulary_sizes(model: onnx.ModelProto) -> dict[str, int]:
    """For each input that indexes an embedding table: the number of its rows."""
    rows = {tensor.name: tensor.dims[0] for tensor in model.graph.initializer if tensor.dims}
    origin = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type in _SAME_VALUES}
    sizes: dict[str, int] = {}
    for node in model.graph.node:
        if node.op_type == "Gather" and node.input[0] in rows:
            indices = node.input[1]
            while indices in origin:
                indices = origin[indices]
            sizes[indices] = min(rows[node.input[0]], sizes.get(indices, rows[node.input[0]]))
    return {value.name: sizes[value.name] for value in model.graph.input if value.name in sizes}


def widen(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy that computes in double precision wherever the original computes in single."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for graph in graphs(copy.graph):
        for tensor in graph.initializer:
            _widen_tensor(tensor)
        for value in (*graph.input, *graph.output, *graph.value_info):
            if value.type.tensor_type.elem_type == TensorProto.FLOAT:
                value.type.tensor_type.elem_type = TensorProto.DOUBLE
        for node in graph.node:
            _widen_node(node)
    return copy


def _widen_tensor(tensor: onnx.TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT:
        wide = numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))


def _widen_node(node: onnx.NodeProto) -> None:
    for attribute in node.attribute:
        if attribute.HasField("t"):
            _widen_tensor(attribute.t)
        if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.DOUBLE
        if node.op_type == "Constant" and attribute.name == "value_float":
            wide = numpy_helper.from_array(np.array(attribute.f, np.float64))
            attribute.Clear()
            attribute.name, attribute.type = "value", onnx.AttributeProto.TENSOR
            attribute.t.CopyFrom(wide)
