"""What a user hands over: whatever is wrong with it becomes one line that names the file."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import save_graph
from framewatt.errors import BadInput
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

X = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
Y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as refused:
        open_source(str(path))
    message = str(refused.value)
    assert path.name in message
    assert "\n" not in message
    return message


def save_with_external_data(path: Path, location: str, *, inside: str = "initializer") -> Path:
    """y = x + w, with w's data declared to lie at `location`; nothing is written there."""
    weight = numpy_helper.from_array(np.ones((1, 4), np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", location
    add = helper.make_node("Add", ["x", "w"], ["y"])
    if inside == "initializer":
        return save_graph(path, [add], [X], [Y], [weight])
    constant = helper.make_node("Constant", [], ["w"])
    attribute = constant.attribute.add()
    attribute.name, attribute.type = "value", onnx.AttributeProto.TENSOR
    attribute.t.CopyFrom(weight)
    return save_graph(path, [constant, add], [X], [Y])


def test_a_good_model_is_read_with_its_dynamic_dimensions(tiny_model: Path) -> None:
    workload = open_source(str(tiny_model))
    assert workload.signature is not None
    assert workload.signature.inputs[0].shape == (None, 16)
    assert workload.signature.inputs[0].dims == ("batch", None)


def test_the_hash_of_a_model_follows_its_external_weights(tmp_path: Path) -> None:
    path = save_with_external_data(tmp_path / "m.onnx", "weights.bin")
    (tmp_path / "weights.bin").write_bytes(np.ones(4, np.float32).tobytes())
    before = open_source(str(path)).sha256
    (tmp_path / "weights.bin").write_bytes(np.zeros(4, np.float32).tobytes())
    assert open_source(str(path)).sha256 != before


@pytest.mark.parametrize("name", ["gone.onnx", "gone.py", "gone.pt2"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / name)


def test_a_kind_that_nobody_knows_lists_the_kinds_there_are(tmp_path: Path) -> None:
    unknown = tmp_path / "model.xyz"
    unknown.touch()
    assert "ONNX model" in refusal(unknown)


def test_an_unknown_example_lists_the_ones_there_are() -> None:
    with pytest.raises(BadInput, match="digits"):
        open_source("example:nope")


def test_every_truncation_of_a_model_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    whole = tiny_model.read_bytes()
    for length in (0, 1, 7, len(whole) // 3, len(whole) // 2, len(whole) - 200, len(whole) - 9):
        short = tmp_path / f"short-{length}.onnx"
        short.write_bytes(whole[:length])
        refusal(short)


@pytest.mark.parametrize("content", [b"hello, world\n", b"\x00" * 64, bytes(range(256)), b"PK\x03\x04zip"])
def test_a_file_that_is_not_onnx_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fake.onnx"
    path.write_bytes(content)
    assert "not an ONNX model" in refusal(path)


def test_a_model_without_inputs_is_refused(tmp_path: Path) -> None:
    constant = helper.make_node("Constant", [], ["y"], value_floats=[1.0, 2.0])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    assert "no inputs" in refusal(save_graph(tmp_path / "m.onnx", [constant], [], [output]))


def test_inputs_that_are_only_weights_are_no_inputs(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(np.ones((1, 4), np.float32), "x")
    relu = helper.make_node("Relu", ["x"], ["y"])
    assert "no inputs" in refusal(save_graph(tmp_path / "m.onnx", [relu], [X], [Y], [weight]))


def test_an_input_that_is_no_tensor_is_refused(tmp_path: Path) -> None:
    sequence = helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, None)
    node = helper.make_node("ConcatFromSequence", ["x"], ["y"], axis=0)
    assert "not a tensor" in refusal(save_graph(tmp_path / "m.onnx", [node], [sequence], [Y]))


def test_an_input_of_undefined_type_is_refused(tmp_path: Path) -> None:
    relu = helper.make_node("Relu", ["x"], ["y"])
    for index, element in enumerate((TensorProto.UNDEFINED, 118)):
        unknown = onnx.ValueInfoProto(name="x")
        unknown.type.tensor_type.elem_type = element
        told = refusal(save_graph(tmp_path / f"{index}.onnx", [relu], [unknown], [Y]))
        assert "element type" in told


def test_an_input_of_text_is_refused_since_no_framework_races_on_it(tmp_path: Path) -> None:
    text = helper.make_tensor_value_info("x", TensorProto.STRING, [1])
    out = helper.make_tensor_value_info("y", TensorProto.STRING, [1])
    node = helper.make_node("Identity", ["x"], ["y"])
    assert "text" in refusal(save_graph(tmp_path / "m.onnx", [node], [text], [out]))


def test_a_graph_that_breaks_the_rules_of_onnx_is_refused_with_the_rule(tmp_path: Path) -> None:
    relu = helper.make_node("Relu", ["nowhere"], ["y"])
    assert "nowhere" in refusal(save_graph(tmp_path / "m.onnx", [relu], [X], [Y]))


def test_a_graph_whose_damaged_names_are_no_text_is_refused(tiny_model: Path) -> None:
    tiny_model.write_bytes(tiny_model.read_bytes().replace(b"Relu", b"R\xdflu"))
    assert "not a valid ONNX model" in refusal(tiny_model)


@pytest.mark.parametrize("inside", ["initializer", "constant"])
@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "deeper/../../secret.bin"])
def test_external_data_that_escape_the_folder_are_refused(location: str, inside: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    (tmp_path / "inner").mkdir()
    path = save_with_external_data(tmp_path / "inner" / "m.onnx", location, inside=inside)
    assert "outside its folder" in refusal(path)


def test_external_data_behind_a_link_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "weights.bin").symlink_to(tmp_path / "secret.bin")
    assert "outside its folder" in refusal(save_with_external_data(inner / "m.onnx", "weights.bin"))


@pytest.mark.parametrize("inside", ["initializer", "constant"])
def test_missing_external_data_are_named(inside: str, tmp_path: Path) -> None:
    path = save_with_external_data(tmp_path / "m.onnx", "weights.bin", inside=inside)
    assert "'weights.bin' is missing" in refusal(path)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def inputs(): return ()", "no build()"),
        ("def build(): return None", "no inputs()"),
        ("def build(:", "not a Python file"),
    ],
)
def test_a_model_file_without_what_it_needs_is_refused_before_it_is_run(
    code: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.py"
    path.write_text("raise SystemExit('this code was run')\n" + code)
    assert told in refusal(path)


@pytest.mark.parametrize("content", [b"\x80\x00\xff not text", b"def build():\n    return '\x00'\n"])
def test_a_model_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(content)
    assert "not a Python file" in refusal(path)


def test_a_pt2_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    path.write_bytes(b"not an archive")
    assert "not a .pt2 archive" in refusal(path)


def test_an_archive_that_torch_export_did_not_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "holiday pictures")
    assert "torch.export.save" in refusal(path)


def write_keras(path: Path, config: object, *, weights: bool = True) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        if weights:
            archive.writestr("model.weights.h5", b"\x89HDF")
    return path


def layer(name: str, module: str | None = "keras.layers") -> dict[str, object]:
    return {"module": module, "class_name": name, "registered_name": name if module is None else None}


def test_a_keras_file_is_known_by_its_parts_and_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    config = {**layer("Sequential", "keras"), "config": {"layers": [layer("Dense")]}}
    workload = open_source(str(write_keras(tmp_path / "m.keras", config)))
    assert (workload.format, workload.stage, workload.signature) == ("keras", "inference", None)


def test_a_keras_file_that_is_damaged_or_needs_foreign_code_is_refused(tmp_path: Path) -> None:
    def with_layer(one: dict[str, object]) -> Path:
        return write_keras(tmp_path / "m.keras", {**layer("Sequential", "keras"), "config": [one]})

    assert "custom object Mine" in refusal(with_layer(layer("Mine", module=None)))
    assert "custom object Mine" in refusal(with_layer(layer("Mine", module="package")))
    assert "Lambda layer, whose code is not run" in refusal(with_layer(layer("Lambda")))
    whole = write_keras(tmp_path / "whole.keras", layer("Sequential", "keras"))
    (tmp_path / "torn.keras").write_bytes(whole.read_bytes()[:-40])
    assert "not a .keras archive" in refusal(tmp_path / "torn.keras")
    assert "model.weights.h5 is missing" in refusal(write_keras(tmp_path / "n.keras", {}, weights=False))
    flipped = whole.read_bytes().replace(b"Sequential", b"Sequentiai")
    (tmp_path / "flipped.keras").write_bytes(flipped)
    assert "config.json does not fit its checksum" in refusal(tmp_path / "flipped.keras")


def test_data_are_part_of_a_model_s_identity(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("def build():\n    pass\n")
    found = []
    for content in (b"a", b"b"):
        (tmp_path / "data.npz").write_bytes(content)
        found.append(open_source(str(tmp_path / "model.py"), str(tmp_path / "data.npz")))
    assert found[0].sha256 != found[1].sha256
    assert found[0].format == "keras_code"
    with pytest.raises(BadInput, match=r"nowhere\.npz: no such file"):
        open_source(str(tmp_path / "model.py"), str(tmp_path / "nowhere.npz"))
