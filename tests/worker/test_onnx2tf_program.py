"""What onnx2tf makes is held to the signature of the model that it was made from."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from framewatt.worker.python.framewatt_worker.onnx2tf_program import as_wanted, require


def wanted(*shape: int | None, dtype: str = "float32") -> dict[str, object]:
    return {"name": "onnx::Flatten_0", "dtype": dtype, "shape": list(shape)}


def made(*shape: int | None, dtype: str = "float32") -> SimpleNamespace:
    return SimpleNamespace(shape=shape, dtype=SimpleNamespace(name=dtype, as_numpy_dtype=np.dtype(dtype)))


@pytest.fixture
def transposing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of TensorFlow as turns the axes of a tensor."""
    tensorflow = ModuleType("tensorflow")
    monkeypatch.setattr(
        tensorflow, "transpose", lambda t, order: made(*(t.shape[axis] for axis in order)), raising=False
    )
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)


@pytest.mark.parametrize(
    ("of_model", "of_converted"),
    [
        (wanted(1, 16, 96), made(1, 16, 96)),
        (wanted(None, 4), made(7, 4)),
        (wanted(3, dtype="int64"), made(3, dtype="int32")),
    ],
)
def test_what_fits_is_taken(of_model: dict[str, object], of_converted: SimpleNamespace) -> None:
    require(of_model, of_converted, "takes")


@pytest.mark.parametrize(
    ("of_converted", "told"),
    [
        (
            made(1, 96, 16),
            r"takes onnx::Flatten_0 as float32 \[1, 96, 16\], the model as float32 \[1, 16, 96\]",
        ),
        (made(16, 96), r"as float32 \[16, 96\]"),
        (made(1, 16, 96, dtype="int32"), r"as int32 "),
    ],
)
def test_another_shape_or_kind_of_numbers_is_refused_with_both(
    of_converted: SimpleNamespace, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        require(wanted(1, 16, 96), of_converted, "takes")


@pytest.mark.usefixtures("transposing")
def test_an_output_that_was_left_channels_last_is_turned_back() -> None:
    assert as_wanted(wanted(1, 3, 8, 9), made(1, 8, 9, 3)).shape == (1, 3, 8, 9)
    assert as_wanted(wanted(1, 8, 9, 3), made(1, 8, 9, 3)).shape == (1, 8, 9, 3)


@pytest.mark.usefixtures("transposing")
def test_an_output_that_fits_neither_way_is_refused() -> None:
    with pytest.raises(ValueError, match="gives"):
        as_wanted(wanted(1, 3, 8, 9), made(1, 9, 8, 3))
