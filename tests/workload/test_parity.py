"""Whether a candidate computed the same thing: on the scale of the outputs, never by their shape alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import save_graph
from framewatt.worker.python.framewatt_worker.tensors import write_tensors
from framewatt.workload import oracle
from framewatt.workload.parity import DIFFERS, compare_outputs, consensus, default_tolerance, tolerance_for

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.workload.parity import Parity

NAN, INF = np.nan, np.inf


def check(mine: object, right: object, tolerance: float = 1e-3) -> Parity:
    return compare_outputs([{"y": np.array(mine)}], [{"y": np.array(right)}], tolerance)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_error_is_relative_to_the_outputs_own_scale(scale: float) -> None:
    found = check(np.array([1.0, 0.5005]) * scale, np.array([1.0, 0.5]) * scale)
    assert found.agrees
    assert found.error == pytest.approx(0.0005)


@pytest.mark.parametrize("error", [0.0124, 0.051, 0.0996, 3e-7, 0.95])
def test_the_tolerance_that_is_advised_lets_the_outputs_pass(error: float) -> None:
    advised = float(tolerance_for(error))
    assert error <= advised < 2.1 * error
    assert check([1.0 + error], [1.0], advised).agrees


def test_an_element_near_zero_does_not_decide() -> None:
    assert check([100.0, 1e-9], [100.0, 1e-12]).agrees


def test_a_difference_beyond_the_tolerance_is_told_with_its_size() -> None:
    found = check([1.0, 2.0], [1.0, 2.1])
    assert not found.agrees
    assert "0.048" in str(found.reason)


@pytest.mark.parametrize(
    ("precision", "allowed"), [("fp32", 1e-3), ("fp16", 6.25e-3), ("bf16", 5e-2), ("int8", 1e-3)]
)
def test_the_tolerance_grows_with_the_roundoff_of_the_precision(precision: str, allowed: float) -> None:
    assert default_tolerance(precision) == pytest.approx(allowed, rel=1e-3)


def test_the_worst_sample_counts_and_a_good_one_cannot_hide_it() -> None:
    right = [{"y": np.ones(3)}, {"y": np.ones(3)}]
    assert not compare_outputs([{"y": np.ones(3)}, {"y": np.zeros(3)}], right, 1e-3).agrees


def test_whole_numbers_must_be_equal() -> None:
    found = check([1, 2, 1001], [1, 2, 1000], tolerance=0.1)
    assert not found.agrees
    assert DIFFERS not in str(found.reason)  # no tolerance would help
    assert check([1, 2, 3], [1, 2, 3]).agrees


@pytest.mark.parametrize(
    ("mine", "told"),
    [
        ([[1.0, 2.0]], "shape (1, 2)"),
        ([], "empty"),
        ([1.0, NAN], "NaN or infinity"),
        ([1.0, INF], "NaN or infinity"),
        ([0.0, 0.0], "differs"),
    ],
)
def test_an_answer_of_another_kind_is_told_apart(mine: list[float], told: str) -> None:
    found = check(mine, [1.0, 2.0])
    assert not found.agrees
    assert told in str(found.reason)


def test_a_missing_output_is_named() -> None:
    found = compare_outputs([{"z": np.ones(2)}], [{"y": np.ones(2)}], 1e-3)
    assert "'y' is missing" in str(found.reason)


@pytest.mark.parametrize(
    ("mine", "agrees"),
    [
        ([1.0, -INF, NAN], True),
        ([1.0, INF, NAN], False),
        ([1.0, -1e30, NAN], False),
        ([1.0, -INF, 0.0], False),
        ([7.0, -INF, NAN], False),
    ],
)
def test_where_the_oracle_itself_is_infinite_so_must_the_answer_be(
    mine: list[float], *, agrees: bool
) -> None:
    assert check(mine, [1.0, -INF, NAN]).agrees is agrees


def test_an_oracle_of_zeros_allows_no_relative_excuse() -> None:
    assert check([1e-5, 0.0], [0.0, 0.0]).agrees
    assert not check([0.1, 0.0], [0.0, 0.0]).agrees


def test_a_median_of_three_outvotes_the_one_that_is_wrong() -> None:
    answers = [[{"y": np.full(3, value)}] for value in (1.0, 1.0, 9.0)]
    assert consensus(answers)[0]["y"].tolist() == [1.0, 1.0, 1.0]


def test_a_median_ignores_answers_of_an_odd_shape() -> None:
    answers = [[{"y": np.ones(shape)}] for shape in ((3,), (1, 3), (3,))]
    assert consensus(answers)[0]["y"].shape == (3,)


def long_sum(path: Path) -> Path:
    """y = sum(x + w): in single precision the ones drown in w's large first element."""
    weight = np.ones(2049, np.float32)
    weight[0] = 2**25
    nodes = [
        helper.make_node("Add", ["x", "w"], ["s"]),
        helper.make_node("CumSum", ["s", "axis"], ["c"]),
        helper.make_node("Gather", ["c", "last"], ["y"]),
    ]
    weights = [
        numpy_helper.from_array(weight, "w"),
        numpy_helper.from_array(np.array(0, np.int64), "axis"),
        numpy_helper.from_array(np.array(2048, np.int64), "last"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2049])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    return save_graph(path, nodes, [x], [y], weights)


def test_the_oracle_computes_in_double_precision(tmp_path: Path) -> None:
    model = onnx.load(long_sum(tmp_path / "sum.onnx"))
    sample = {"x": np.zeros(2049, np.float32)}
    right = oracle.evaluate(model, [sample])[0]["y"]
    assert right.dtype == np.float64
    assert right == 2**25 + 2048
    single = onnx.reference.ReferenceEvaluator(model).run(None, sample)
    assert np.asarray(single)[0] == 2**25


def test_the_oracle_is_consulted_once_and_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, sample = long_sum(tmp_path / "sum.onnx"), tmp_path / "sample-0.tensors"
    write_tensors(sample, {"x": np.zeros(2049, np.float32)})
    first = oracle.consult(model, "digest", [sample])
    monkeypatch.setattr("subprocess.run", None)
    again = oracle.consult(model, "digest", [sample])
    assert first is not None
    assert again is not None
    assert first[0]["y"] == again[0]["y"] == 2**25 + 2048


def test_an_oracle_that_takes_longer_than_a_step_may_is_not_waited_for(tmp_path: Path) -> None:
    model, sample = long_sum(tmp_path / "sum.onnx"), tmp_path / "sample-0.tensors"
    write_tensors(sample, {"x": np.zeros(2049, np.float32)})
    assert oracle.consult(model, "slow", [sample], patience=0.01) is None
    assert oracle.consult(model, "slow", [sample]) is not None


def test_an_operator_that_the_evaluator_lacks_leaves_the_oracle_silent(tmp_path: Path) -> None:
    node = helper.make_node("Novel", ["x"], ["y"], domain="com.example")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    sample = tmp_path / "sample-0.tensors"
    write_tensors(sample, {"x": np.zeros(1, np.float32)})
    assert oracle.consult(save_graph(tmp_path / "m.onnx", [node], [x], [y]), "digest", [sample]) is None
