"""Equal rewritings of an ONNX model for converters that know fewer forms of it. They change it in place.

Only for private copies, in environments that have the ``onnx`` package; each has the numbers of the original.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import onnx  # only converters' environments have it, and only they load this file
from onnx import numpy_helper, version_converter

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_WITH_ATTRIBUTE = 17
_NOT_IN_SCOPES = r"[^A-Za-z0-9_.\\/>-]"


def norms_spelled_out(model: onnx.ModelProto) -> onnx.ModelProto:
    """ReduceL2 as Sqrt(ReduceSumSquare)."""
    nodes = []
    for node in model.graph.node:
        nodes.append(node)
        if node.op_type == "ReduceL2":
            result = node.output[0]
            node.op_type, node.output[0] = "ReduceSumSquare", f"{result}_squared"
            nodes.append(onnx.helper.make_node("Sqrt", [node.output[0]], [result], f"{node.name}_root"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def plainly_named(model: onnx.ModelProto, inputs: list[str]) -> onnx.ModelProto:
    """The `inputs` as input_0, input_1, ..., outputs likewise, and nodes by names that TensorFlow takes."""
    outputs = (value.name for value in model.graph.output)
    plain = {name: f"output_{index}" for index, name in enumerate(outputs)}
    plain |= {name: f"input_{index}" for index, name in enumerate(inputs)}
    for graph in _graphs(model.graph):
        for value in (*graph.input, *graph.output, *graph.initializer):
            value.name = plain.get(value.name, value.name)
        for index, node in enumerate(graph.node):
            node.input[:] = [plain.get(name, name) for name in node.input]
            node.output[:] = [plain.get(name, name) for name in node.output]
            node.name = f"{re.sub(_NOT_IN_SCOPES, '_', node.name) or node.op_type}_{index}".lstrip("_-/\\>")
    return model


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*((attribute.g,) if attribute.HasField("g") else ()), *attribute.graphs):
                yield from _graphs(inner)


def constants_as_initializers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Constant nodes that hold a tensor as initializers."""
    nodes = []
    for node in model.graph.node:
        values = [item.t for item in node.attribute if item.name == "value"]
        if node.op_type == "Constant" and values:
            values[0].name = node.output[0]
            model.graph.initializer.append(values[0])
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def reshapes_without_allowzero(model: onnx.ModelProto) -> onnx.ModelProto:
    """Reshape without ``allowzero`` where the target shape is known and has no zero: it then says nothing."""
    known = {item.name: item for item in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Reshape" and node.input[1] in known:
            shape = numpy_helper.to_array(known[node.input[1]])
            kept = [item for item in node.attribute if item.name != "allowzero" or (shape == 0).any()]
            del node.attribute[:]
            node.attribute.extend(kept)
    return model


def reductions_with_axes_attribute(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model of at most opset 17, where all reductions but ReduceSum have their axes as an attribute.

    Where an operator has no way back to that opset, the model stays as it is.
    """
    opset = max(item.version for item in model.opset_import if item.domain in {"", "ai.onnx"})
    if opset <= _LAST_WITH_ATTRIBUTE:
        return model
    try:
        lowered = version_converter.convert_version(model, _LAST_WITH_ATTRIBUTE)
    except (RuntimeError, version_converter.ConvertError):
        return model
    for node in lowered.graph.node:
        if node.op_type.startswith("Reduce") and node.op_type != "ReduceSum":
            kept = [item for item in node.attribute if item.name != "noop_with_empty_axes"]
            del node.attribute[:]
            node.attribute.extend(kept)
    return lowered
