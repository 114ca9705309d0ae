"""Rewritings for converters keep the numbers of a model, whatever its names and operators are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from conftest import save_graph
from framewatt.worker.python.framewatt_worker.onnx_rewrites import (
    plainly_named,
    reductions_with_axes_attribute,
)

if TYPE_CHECKING:
    from pathlib import Path


def branching(path: Path) -> onnx.ModelProto:
    """An input by a name that TensorFlow refuses, read in a branch too, and nodes called likewise."""

    def branch(operator: str) -> onnx.GraphProto:
        node = helper.make_node(operator, ["onnx::Flatten_0"], ["inner"], name="@inside")
        return helper.make_graph(
            [node], operator, [], [helper.make_tensor_value_info("inner", TensorProto.FLOAT, [3])]
        )

    nodes = [
        helper.make_node("Not", ["b"], ["not b"], name="Softmax@0"),
        helper.make_node(
            "If", ["not b"], ["y"], name="_/scope", then_branch=branch("Neg"), else_branch=branch("Abs")
        ),
    ]
    inputs = [
        helper.make_tensor_value_info("onnx::Flatten_0", TensorProto.FLOAT, [3]),
        helper.make_tensor_value_info("b", TensorProto.BOOL, []),
    ]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [3])
    return onnx.load(save_graph(path, nodes, inputs, [output]))


def test_plain_names_reach_into_branches_and_keep_the_numbers(tmp_path: Path) -> None:
    model = branching(tmp_path / "if.onnx")
    feed = {"onnx::Flatten_0": np.array([-1, 2, -3], np.float32), "b": np.zeros((), np.bool_)}
    (before,) = ReferenceEvaluator(model).run(None, feed)
    plain = plainly_named(model, ["onnx::Flatten_0", "b"])
    assert [value.name for value in plain.graph.input] == ["input_0", "input_1"]
    assert [value.name for value in plain.graph.output] == ["output_0"]
    (after,) = ReferenceEvaluator(plain).run(None, {"input_0": feed["onnx::Flatten_0"], "input_1": feed["b"]})
    assert np.array_equal(np.asarray(before), np.asarray(after))
    inner = plain.graph.node[1].attribute[0].g.node
    names = [node.name for node in (*plain.graph.node, *inner)]
    assert all(re.fullmatch(r"[A-Za-z0-9.][A-Za-z0-9_.\\\\/>-]*", name) for name in names), names


@pytest.mark.parametrize(("operator", "opset"), [("Relu", 17), ("Gelu", 20)])
def test_a_model_whose_operators_have_no_way_back_stays_as_it_is(operator: str, opset: int) -> None:
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    assert reductions_with_axes_attribute(model).opset_import[0].version == opset
