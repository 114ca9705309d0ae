"""The private copy has the samples' shapes where that is sound, and is never an invalid model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import save_graph
from framewatt.records import Signature, TensorSpec
from framewatt.workload.graphs import graphs, read_signature
from framewatt.workload.shapes import fix_shapes, leaves_shapes_open, with_output_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from onnx import ModelProto


def info(name: str, *shape: int | str | None, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def fixed(model: ModelProto, *shape: int) -> Signature:
    (only,) = read_signature(model).inputs
    return Signature(
        (TensorSpec(only.name, only.dtype, shape, (None,) * len(shape)),), read_signature(model).outputs
    )


@pytest.fixture
def beyond_inference(tmp_path: Path) -> ModelProto:
    """A custom operator stands before the output, so that inference knows nothing of it."""
    nodes = [
        helper.make_node("Novel", ["x"], ["h"], domain="com.example"),
        helper.make_node("Relu", ["h"], ["y"]),
    ]
    model = onnx.load(save_graph(tmp_path / "m.onnx", nodes, [info("x", "n", 3)], [info("y", "n", "m")]))
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    return model


@pytest.fixture
def branching(tmp_path: Path) -> ModelProto:
    """An ``If`` on the number of columns: what its first branch squeezes is one only for some inputs."""
    weights = [
        numpy_helper.from_array(np.array(value, np.int64), name)
        for name, value in (("axis", [1]), ("one", 1))
    ]
    squeezed = helper.make_graph(
        [helper.make_node("Squeeze", ["x", "axis"], ["a"])], "then", [], [info("a", None)]
    )
    same = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["b"])], "else", [], [info("b", None, None)]
    )
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "one"], ["columns"]),
        helper.make_node("Equal", ["columns", "one"], ["narrow"]),
        helper.make_node("If", ["narrow"], ["y"], then_branch=squeezed, else_branch=same),
    ]
    return onnx.load(
        save_graph(tmp_path / "if.onnx", nodes, [info("x", "n", "m")], [info("y", None, None)], weights)
    )


def test_the_copy_has_the_shapes_of_the_samples_and_of_what_follows(tiny_model: Path) -> None:
    model = onnx.load(tiny_model)
    signature = with_output_shapes(model, fixed(model, 5, 16), None)
    copy = fix_shapes(model, signature)
    assert copy is not None
    assert [spec.shape for spec in read_signature(copy).inputs] == [(5, 16)]
    assert [spec.shape for spec in read_signature(copy).outputs] == [(5, 4)]
    assert leaves_shapes_open(model)
    assert not leaves_shapes_open(copy)
    onnx.checker.check_model(copy, full_check=True)
    assert read_signature(model).inputs[0].shape == (None, 16)


def test_where_inference_knows_nothing_the_oracles_answers_tell(beyond_inference: ModelProto) -> None:
    answers = [{"y": np.ones((2, 7))}, {"y": np.zeros((2, 7))}]
    signature = with_output_shapes(beyond_inference, fixed(beyond_inference, 2, 3), answers)
    copy = fix_shapes(beyond_inference, signature)
    assert copy is not None
    assert read_signature(copy).outputs[0].shape == (2, 7)


def test_without_an_oracle_the_output_keeps_the_shape_that_the_model_declares(
    beyond_inference: ModelProto,
) -> None:
    signature = with_output_shapes(beyond_inference, fixed(beyond_inference, 2, 3), None)
    assert signature.outputs[0].shape == (None, None)
    copy = fix_shapes(beyond_inference, signature)
    assert copy is not None
    onnx.checker.check_model(copy)  # a field ``shape`` that is missing would be refused here


def test_answers_of_different_shapes_leave_the_output_open(beyond_inference: ModelProto) -> None:
    answers = [{"y": np.ones((2, 7))}, {"y": np.ones((2, 5))}]
    signature = with_output_shapes(beyond_inference, fixed(beyond_inference, 2, 3), answers)
    assert signature.outputs[0].shape == (None, None)


def test_a_length_that_the_data_decide_is_not_taken_from_a_few_samples(tmp_path: Path) -> None:
    node = helper.make_node("NonZero", ["x"], ["y"])
    output = info("y", 2, "found", kind=TensorProto.INT64)
    model = onnx.load(save_graph(tmp_path / "m.onnx", [node], [info("x", "n", 3)], [output]))
    answers = [{"y": np.ones((2, 4), np.int64)}] * 4
    assert with_output_shapes(model, fixed(model, 2, 3), answers).outputs[0].shape == (2, None)


def test_an_axis_on_which_the_oracle_and_inference_differ_stays_open(tiny_model: Path) -> None:
    model = onnx.load(tiny_model)
    signature = with_output_shapes(model, fixed(model, 5, 16), [{"scores": np.ones((5, 9))}])
    assert signature.outputs[0].shape == (5, None)


def test_what_a_branch_declares_is_left_as_it_is_and_nothing_between_is_claimed(
    branching: ModelProto,
) -> None:
    branching.graph.value_info.append(info("s", 2, kind=TensorProto.INT64))
    signature = with_output_shapes(branching, fixed(branching, 2, 1), [{"y": np.ones(2)}])
    copy = fix_shapes(branching, signature)
    assert copy is not None
    declared = [[len(v.type.tensor_type.shape.dim) for v in graph.output] for graph in graphs(copy.graph)]
    assert declared[1:] == [[1], [2]] or declared[1:] == [[2], [1]]
    assert not any(graph.value_info for graph in graphs(copy.graph))


def test_shapes_stay_open_where_fixing_them_makes_the_model_invalid(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(np.ones((3, 2), np.float32), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    model = onnx.load(
        save_graph(tmp_path / "m.onnx", [node], [info("x", "n", "m")], [info("y", "n", 2)], [weight])
    )
    assert fix_shapes(model, with_output_shapes(model, fixed(model, 2, 3), None)) is not None
    assert fix_shapes(model, with_output_shapes(model, fixed(model, 2, 4), None)) is None
