"""Inputs: real ones are taken as they are or refused with the remedy; made-up ones follow the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import save_graph
from framewatt.errors import BadInput
from framewatt.records import Signature, TensorSpec
from framewatt.worker.python.framewatt_worker.tensors import read_tensors
from framewatt.workload import samples
from framewatt.workload.graphs import read_signature, vocabulary_sizes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike

IMAGES = Signature((TensorSpec("x", "float32", (None, 3), ("batch", None)),), ())
FIXED = Signature((TensorSpec("x", "float32", (8, 3), (None, None)),), ())
SENTENCES = Signature(
    (
        TensorSpec("ids", "int64", (None, None), ("batch", "length")),
        TensorSpec("mask", "int64", (None, None), ("batch", "length")),
    ),
    (),
)


STATEFUL = Signature(
    (
        TensorSpec("sound", "float32", (None, 4), ("batch", None)),
        TensorSpec("state", "float32", (2, None, 3), (None, "batch", None)),
        TensorSpec("rate", "int64", (), ()),
    ),
    (),
)


def save(path: Path, **arrays: ArrayLike) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type] # numpy's stub confuses the keywords with allow_pickle
    return path


def sentence(length: int, count: int = 1) -> dict[str, np.ndarray]:
    ids = np.arange(count * length).reshape(count, length)
    return {"ids": ids, "mask": np.ones_like(ids)}


def test_along_an_open_first_axis_lie_the_samples(tmp_path: Path) -> None:
    array = np.arange(15, dtype=np.float32).reshape(5, 3)
    library = samples.read_library(save(tmp_path / "s.npz", x=array), IMAGES)
    assert [sample["x"].tolist() for sample in library.samples] == [[row] for row in array.tolist()]
    assert not library.generated


def test_a_single_array_needs_no_name(tmp_path: Path) -> None:
    library = samples.read_library(save(tmp_path / "s.npz", whatever=np.ones((2, 3), np.float32)), IMAGES)
    assert library.samples[0]["x"].shape == (1, 3)


def test_a_fixed_first_axis_makes_a_file_one_sample(tmp_path: Path) -> None:
    library = samples.read_library(save(tmp_path / "s.npz", x=np.ones((8, 3), np.float32)), FIXED)
    assert [sample["x"].shape for sample in library.samples] == [(8, 3)]


@pytest.mark.parametrize(
    ("state", "rate"),
    [
        (np.ones((2, 1, 3), np.float32), np.int64(16000)),  # the same in every sample
        (
            np.ones((2, 5, 3), np.float32),
            np.int64(16000),
        ),  # along the axis of the model's name for the samples
        (np.ones((5, 2, 1, 3), np.float32), np.full(5, 16000, np.int64)),  # one for each sample
    ],
)
def test_a_state_or_a_rate_goes_with_each_of_the_samples(
    tmp_path: Path, state: np.ndarray, rate: np.ndarray
) -> None:
    sound = np.arange(20, dtype=np.float32).reshape(5, 4)
    library = samples.read_library(save(tmp_path / "s.npz", sound=sound, state=state, rate=rate), STATEFUL)
    assert [sample["sound"].tolist() for sample in library.samples] == [[row] for row in sound.tolist()]
    assert {sample["state"].shape for sample in library.samples} == {(2, 1, 3)}
    assert {(sample["rate"].shape, int(sample["rate"])) for sample in library.samples} == {((), 16000)}


def test_each_sample_may_have_a_state_of_its_own(tmp_path: Path) -> None:
    states = np.arange(12, dtype=np.float32).reshape(2, 2, 1, 3)
    file = save(tmp_path / "s.npz", sound=np.ones((2, 4), np.float32), state=states, rate=np.int64(8000))
    library = samples.read_library(file, STATEFUL)
    assert [sample["state"].tolist() for sample in library.samples] == states.tolist()


def test_a_state_that_fits_no_sample_is_refused(tmp_path: Path) -> None:
    sound, state = np.ones((2, 4), np.float32), np.ones((3, 1, 3), np.float32)
    file = save(tmp_path / "s.npz", sound=sound, state=state, rate=np.int64(1))
    with pytest.raises(BadInput, match="'state' has shape"):
        samples.read_library(file, STATEFUL)


def test_the_batch_is_one_wherever_the_model_names_it() -> None:
    library = samples.generate(STATEFUL, {}, {}, seed=0)
    assert {sample["state"].shape for sample in library.samples} == {(2, 1, 3)}


def test_a_folder_of_mixed_shapes_is_replayed_in_its_mix(tmp_path: Path) -> None:
    for index, length in enumerate((7, 3, 12)):
        save(tmp_path / f"{index}.npz", **sentence(length))
    library = samples.read_library(tmp_path, SENTENCES)
    assert [sample["ids"].shape for sample in library.samples] == [(1, 7), (1, 3), (1, 12)]
    assert not library.uniform
    assert samples.concrete(SENTENCES, library) is SENTENCES
    back = [read_tensors(file) for file in library.write(tmp_path / "out")]
    assert all(np.array_equal(a["ids"], b["ids"]) for a, b in zip(back, library.samples, strict=True))


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"y": np.ones((1, 3)), "z": np.ones(1)}, "inputs are ['x']"),
        ({"x": np.ones((2, 4), np.float32)}, "takes ?x3"),
        ({"x": np.ones((2, 3, 1), np.float32)}, "takes ?x3"),
        ({"x": np.float32(1)}, "takes ?x3"),
        ({"x": np.ones((2, 3))}, ".astype('float32')"),
        ({"x": np.array([[1, np.nan, 2]], np.float32)}, "NaN"),
        ({"x": np.array([[1, np.inf, 2]], np.float32)}, "infinity"),
        ({"x": np.ones((0, 3), np.float32)}, "no samples"),
        ({"x": np.array([[object()] * 3])}, "not a readable .npz"),
    ],
)
def test_samples_that_do_not_fit_say_what_the_model_takes(
    arrays: dict[str, np.ndarray], told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refused:
        samples.read_library(save(tmp_path / "s.npz", **arrays), IMAGES)
    assert told in str(refused.value)
    assert "--samples" in str(refused.value)


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds \['ids'\].*\['ids', 'mask'\]"):
        samples.read_library(save(tmp_path / "s.npz", ids=np.ones((1, 3), np.int64)), SENTENCES)


@pytest.mark.parametrize("name", ["gone.npz", "empty"])
def test_no_samples_at_all_say_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"no .npz file there"):
        samples.read_library(tmp_path / name, IMAGES)


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_a_truncated_archive_is_refused(cut: int, tmp_path: Path) -> None:
    whole = save(tmp_path / "s.npz", x=np.ones((64, 3), np.float32)).read_bytes()
    (tmp_path / "s.npz").write_bytes(whole[:cut])
    with pytest.raises(BadInput, match=r"not a readable .npz file"):
        samples.read_library(tmp_path / "s.npz", IMAGES)


def test_a_single_array_file_is_told_from_an_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", np.ones((2, 3), np.float32))
    with pytest.raises(BadInput, match=r"numpy.savez"):
        samples.read_library(tmp_path / "s.npy", IMAGES)


def test_a_batch_gathers_samples_and_drops_the_incomplete_rest(tmp_path: Path) -> None:
    file = save(tmp_path / "s.npz", x=np.arange(15, dtype=np.float32).reshape(5, 3))
    library = samples.read_library(file, IMAGES, batch=2)
    assert [sample["x"].shape for sample in library.samples] == [(2, 3), (2, 3)]
    assert library.samples[1]["x"].ravel().tolist() == [6, 7, 8, 9, 10, 11]


def test_a_batch_from_a_fixed_axis_is_refused_with_the_remedy() -> None:
    with pytest.raises(BadInput, match="export it with a dynamic one"):
        samples.generate(FIXED, {}, {}, seed=1, batch=2)


def test_a_batch_of_more_samples_than_there_are_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="only 2 samples"):
        samples.read_library(save(tmp_path / "s.npz", x=np.ones((2, 3), np.float32)), IMAGES, batch=4)


def test_samples_of_different_shapes_cannot_share_a_batch(tmp_path: Path) -> None:
    for index, length in enumerate((7, 3)):
        save(tmp_path / f"{index}.npz", **sentence(length))
    with pytest.raises(BadInput, match="cannot share a batch"):
        samples.read_library(tmp_path, SENTENCES, batch=2)


def test_an_open_first_axis_is_the_batch_and_needs_no_size() -> None:
    library = samples.generate(IMAGES, {}, {}, seed=1)
    assert {sample["x"].shape for sample in library.samples} == {(1, 3)}
    assert library.generated


def test_a_dynamic_dimension_without_a_size_says_how_to_give_it() -> None:
    with pytest.raises(BadInput, match="--dim length=N"):
        samples.generate(SENTENCES, {}, {}, seed=1)


def test_an_unknown_dimension_lists_the_ones_there_are() -> None:
    with pytest.raises(BadInput, match=r"--dim lenght: .*'batch', 'length'"):
        samples.generate(SENTENCES, {"length": 4, "lenght": 4}, {}, seed=1)


def test_generated_samples_repeat_with_their_seed_and_differ_among_themselves() -> None:
    first, again = (samples.generate(IMAGES, {}, {}, seed=3) for _ in range(2))
    other = samples.generate(IMAGES, {}, {}, seed=4)
    assert np.array_equal(first.samples[0]["x"], again.samples[0]["x"])
    assert not np.array_equal(first.samples[0]["x"], other.samples[0]["x"])
    assert not np.array_equal(first.samples[0]["x"], first.samples[1]["x"])


@pytest.mark.parametrize("through", [None, "Cast", "Identity"])
def test_generated_token_ids_stay_within_the_vocabulary(through: str | None, tmp_path: Path) -> None:
    model = embedding_model(tmp_path, rows=11, through=through)
    signature, vocabulary = read_signature(model), vocabulary_sizes(model)
    assert vocabulary == {"ids": 11}
    library = samples.generate(signature, {"length": 500}, vocabulary, seed=1)
    ids = np.concatenate([sample["ids"].ravel() for sample in library.samples])
    assert set(np.unique(ids)) == set(range(11))


def embedding_model(folder: Path, rows: int, through: str | None) -> onnx.ModelProto:
    table = numpy_helper.from_array(np.ones((rows, 2), np.float32), "table")
    indices, nodes = "ids", []
    if through:
        nodes, indices = [helper.make_node(through, ["ids"], ["indices"])], "indices"
        if through == "Cast":
            nodes[0].attribute.append(helper.make_attribute("to", TensorProto.INT64))
    nodes.append(helper.make_node("Gather", ["table", indices], ["y"]))
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "length"])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "length", 2])]
    return onnx.load(save_graph(folder / "embedding.onnx", nodes, inputs, outputs, [table]))
