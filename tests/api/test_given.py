"""Objects handed over from Python: each becomes the file that the command line would have been given."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from zipfile import ZipFile

import numpy as np
import onnx
import pandas as pd
import polars as pl
import pytest

from framewatt.api.given.arrays import data_path, labels_path, samples_path
from framewatt.api.given.frames import frame_path
from framewatt.api.given.models import model_path
from framewatt.api.given.shelf import FOLDER, Shelf
from framewatt.errors import BadInput, StoreError
from framewatt.studies.training.data.table import read_table
from framewatt.workload.graphs import read_signature
from framewatt.workload.labels import labels_of
from framewatt.workload.samples import read_library
from framewatt.workload.source import open_source

ROOM = 1 << 30
X = np.arange(48, dtype=np.float32).reshape(3, 16)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "runs")


class Tensor:
    """As much of a torch tensor as leaves its graph and device."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> np.ndarray:
        return self._array

    def __array__(self) -> np.ndarray:
        raise TypeError("can't convert a tensor that requires grad")


@pytest.mark.parametrize(
    "samples",
    [
        X,
        {"x": X},
        Tensor(X),
        {"x": Tensor(X)},
        [{"x": X[:1]}, {"x": X[1:]}],
        [X[:2], X[2:]],
    ],
    ids=["array", "dict", "tensor", "dict of tensors", "list of dicts", "list of arrays"],
)
def test_samples_of_every_kind_are_read_as_their_file_would_be(
    samples: Any, shelf: Shelf, tiny_model: Path
) -> None:
    signature = read_signature(onnx.load(str(tiny_model)))
    library = read_library(Path(samples_path(samples, shelf)), signature)
    np.testing.assert_array_equal(np.concatenate([sample["x"] for sample in library.samples]), X)
    assert len(library.samples) == 3


def test_a_list_of_numbers_is_one_array(shelf: Shelf) -> None:
    with np.load(samples_path([[1.0, 2.0], [3.0, 4.0]], shelf)) as archive:
        np.testing.assert_array_equal(archive["inputs"], [[1, 2], [3, 4]])


def test_an_input_may_have_a_name_that_numpy_reserves(shelf: Shelf) -> None:
    with np.load(samples_path({"file": X, "a/b": X}, shelf)) as archive:
        assert archive.files == ["file", "a/b"]


@pytest.mark.parametrize(
    "labels", [[0, 1, 1], np.array([0, 1, 1]), pd.Series([0, 1, 1]), pl.Series([0, 1, 1])]
)
def test_labels_are_a_list_an_array_or_a_column(labels: Any, shelf: Shelf, tiny_model: Path) -> None:
    read = labels_of(open_source(str(tiny_model)), labels_path(labels, shelf), "accuracy")
    assert read is not None
    np.testing.assert_array_equal(read.values, [0, 1, 1])


def test_data_are_a_dict_of_arrays(shelf: Shelf) -> None:
    with np.load(data_path({"x": X, "y": [1, 2, 3]}, shelf)) as archive:
        assert sorted(archive.files) == ["x", "y"]


@pytest.mark.parametrize(
    ("save", "given", "words"),
    [
        (samples_path, [[1.0], [1.0, 2.0]], "samples: a list that is no array of numbers"),
        (samples_path, {"x": ["a", "b"]}, r"samples\['x'\]: a list; an array of numbers is wanted"),
        (samples_path, object(), "samples: an object; an array of numbers is wanted"),
        (samples_path, 3.0, "samples: a float; an array of numbers is wanted"),
        (labels_path, ["cat", "dog"], "labels: a list; an array of numbers is wanted"),
        (data_path, X, r"data: a ndarray; a path or a dict of arrays \(x and y\) is wanted"),
    ],
)
def test_what_is_no_numbers_is_refused_by_its_option(save: Any, given: Any, words: str, shelf: Shelf) -> None:
    with pytest.raises(BadInput, match=f"^{words}"):
        save(given, shelf)


def frame_of(library: Any) -> Any:
    return library.DataFrame({"size": [1.5, None, 3.0], "colour": ["red", "blue", "red"], "label": [0, 1, 1]})


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_data_frame_is_learnt_as_its_table(
    library: Any, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if suffix == "csv":
        monkeypatch.setattr("framewatt.api.given.frames.find_spec", lambda _: None)
    frame = pd.concat([frame_of(pd)] * 40) if library is pd else pl.concat([frame_of(pl)] * 40)
    path = Path(model_path(frame, None, Shelf(tmp_path)))
    table = read_table(path, "label", None, ROOM)
    assert path.name == f"table.{suffix}"
    assert (table.task, [*table.features], len(table.rows)) == ("binary", ["size", "colour"], 120)
    assert np.isnan(table.rows[:, 0]).sum() == 40


def test_a_lazy_frame_is_collected_and_columns_may_be_numbers(shelf: Shelf) -> None:
    assert model_path(frame_of(pl).lazy(), None, shelf) == model_path(frame_of(pl), None, shelf)
    numbered = pd.DataFrame(np.zeros((3, 2)))
    assert list(pd.read_parquet(frame_path(numbered, shelf)).columns) == ["0", "1"]


def test_a_frame_of_things_that_no_table_holds_is_refused_in_one_line(shelf: Shelf) -> None:
    with pytest.raises(BadInput, match=r"^model: the data frame cannot be written as parquet \([^\n]+\)$"):
        frame_path(pd.DataFrame({"a": [object(), object()]}), shelf)


def test_a_model_in_memory_is_the_file_that_it_came_from(shelf: Shelf, tiny_model: Path) -> None:
    model = onnx.load(str(tiny_model))
    path = model_path(model, None, shelf)
    assert (Path(path).name, Path(path).read_bytes()) == ("tiny.onnx", tiny_model.read_bytes())
    model.graph.name = "../my net!"
    assert Path(model_path(model, None, shelf)).name == "my_net.onnx"


def test_the_same_object_is_kept_once_and_another_beside_it(shelf: Shelf, tmp_path: Path) -> None:
    paths = [samples_path(array, shelf) for array in (X, X.copy(), X + 1)]
    assert paths[0] == paths[1] != paths[2]
    assert len(list((tmp_path / "runs" / FOLDER).iterdir())) == 2


def test_the_same_queries_are_the_same_folder_on_another_day(shelf: Shelf) -> None:
    folder = samples_path([{"x": X}, {"x": X}], shelf)
    assert samples_path([{"x": X}, {"x": X}], shelf) == folder
    for file in Path(folder).iterdir():
        assert ZipFile(file).infolist()[0].date_time[0] == 1980  # no clock is asked


def test_a_path_and_a_name_stay_what_they_are(shelf: Shelf, tmp_path: Path) -> None:
    assert model_path("example:digits", None, shelf) == "example:digits"
    assert model_path(Path("a") / "m.onnx", None, shelf) == "a/m.onnx"
    assert not (tmp_path / "runs").exists()


def test_inputs_go_with_a_module_alone(shelf: Shelf) -> None:
    with pytest.raises(BadInput, match=r"^inputs: for a torch\.nn\.Module.*samples="):
        model_path("m.onnx", X, shelf)


@pytest.mark.parametrize(
    ("library", "name", "remedy"),
    [
        ("keras", "Model", r"model\.save\('model\.keras'\)"),
        ("sklearn.base", "BaseEstimator", "give the table that it learns, with target="),
        ("somebody", "Thing", r"give a path, a torch\.nn\.Module with inputs="),
    ],
)
def test_what_else_people_hold_gets_its_own_advice(
    library: str, name: str, remedy: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, kind = ModuleType(library), type(name, (), {})
    setattr(module, name, kind)
    monkeypatch.setitem(sys.modules, library, module)
    with pytest.raises(BadInput, match=rf"^model: a {name} is not taken as it is; .*{remedy}"):
        model_path(kind(), None, shelf)


def test_a_place_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/\.given: cannot be written: .*Not a directory"):
        samples_path(X, Shelf(tmp_path / "file"))


class Part:
    """A part of a torch module: in training or not."""

    def __init__(self, *, training: bool) -> None:
        self.training = training


class Module(Part):
    """As much of a torch module as an export needs; `device` is where its one weight lies."""

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(training=True)
        self.frozen = Part(training=False)
        self._device = device

    def parameters(self) -> list[Any]:
        return [SimpleNamespace(device=SimpleNamespace(type=self._device))]

    def buffers(self) -> list[Any]:
        return []

    def modules(self) -> list[Part]:
        return [self, self.frozen]

    def eval(self) -> None:
        self.training = False


class Torch(ModuleType):
    """What of torch an export calls; its exporter takes nothing in training mode."""

    def __init__(self) -> None:
        super().__init__("torch")
        self.nn = SimpleNamespace(Module=Module)
        self.called: tuple[Any, Any] | None = None
        self.export = SimpleNamespace(
            export=self._export, save=lambda program, path: path.write_text(program)
        )

    @staticmethod
    def as_tensor(value: Any) -> np.ndarray:
        if isinstance(value, str):
            raise TypeError("invalid data type 'str'")
        return np.asarray(value)

    def _export(self, module: Module, positional: Any, named: Any) -> str:
        if any(part.training for part in module.modules()):
            raise ValueError("in training mode")
        if not positional and not named:
            raise ValueError("forward() missing 1 required argument\nand a long story")
        self.called = positional, named
        return "a program"


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Torch:
    stand_in = Torch()
    monkeypatch.setitem(sys.modules, "torch", stand_in)
    return stand_in


@pytest.mark.parametrize(
    ("inputs", "positional", "named"),
    [(X, 1, []), ((X, X), 2, []), ({"x": X, "y": X}, 0, ["x", "y"])],
    ids=["tensor", "tuple", "dict"],
)
def test_a_module_is_exported_with_its_inputs_and_left_as_it_was(
    inputs: Any, positional: int, named: list[str], torch: Torch, shelf: Shelf
) -> None:
    module = Module()
    path = Path(model_path(module, inputs, shelf))
    assert (path.name, path.read_text()) == ("Module.pt2", "a program")
    assert torch.called is not None
    assert (len(torch.called[0]), list(torch.called[1])) == (positional, named)
    assert (module.training, module.frozen.training) == (True, False)


@pytest.mark.parametrize(
    ("module", "inputs", "words"),
    [
        (Module(), None, "model: Module is exported with example inputs: pass inputs=: a tensor"),
        (Module("cuda"), X, r"model: Module is on cuda; this version measures CPUs: move it with \.cpu\(\)"),
        (
            Module(),
            (),
            r"model: torch\.export cannot export Module: forward\(\) missing 1 required argument$",
        ),
        (Module(), "x", r"inputs: a str that is no tensor \(invalid data type 'str'\)"),
    ],
)
def test_a_module_that_cannot_be_exported_is_refused_in_one_line(
    module: Module, inputs: Any, words: str, torch: Torch, shelf: Shelf
) -> None:
    with pytest.raises(BadInput, match=f"^{words}"):
        model_path(module, inputs, shelf)
    assert torch.called is None
    assert module.training
