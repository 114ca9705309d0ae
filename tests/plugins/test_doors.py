"""What people hand over beside ONNX: raced, or answered by what to do; no look into it runs anything."""

from __future__ import annotations

import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from conftest import write_perceptron
from framewatt.errors import BadInput
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.records import Workload


class OrderedDictLike(dict[str, Any]):
    """A class that only this file knows."""


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('this code was run')",))


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{path.stem}/{name}", content)
    return path


def opened(path: Path) -> Workload:
    return open_source(str(path))


def refusal(source: object) -> str:
    with pytest.raises(BadInput) as refused:
        open_source(str(source))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_torchscript_program_is_known_by_its_code_and_not_loaded(tmp_path: Path) -> None:
    files = {"constants.pkl": b"", "code/__torch__.py": b"", "data.pkl": pickle.dumps(Bomb())}
    workload = opened(write_archive(tmp_path / "net.pt", files))
    assert (workload.format, workload.name, workload.signature) == ("torchscript", "net", None)


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "pytorch_model.bin", "w.ckpt"])
def test_weights_without_a_model_are_told_how_to_get_one(name: str, tmp_path: Path) -> None:
    path = write_archive(tmp_path / name, {"data.pkl": pickle.dumps({"a": 1}, protocol=2)})
    assert f"`framewatt new model FOLDER --weights {path}`" in refusal(path)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickled_object_is_named_and_not_unpickled(protocol: int, tmp_path: Path) -> None:
    for thing, name in ((OrderedDictLike(), "test_doors.OrderedDictLike"), (Bomb(), "exec")):
        path = write_archive(tmp_path / "whole.pt", {"data.pkl": pickle.dumps(thing, protocol=protocol)})
        assert f"{name}) that only its own code can load" in refusal(path)


def test_an_exported_program_under_another_name_is_told_its_own(tmp_path: Path) -> None:
    assert "name it net.pt2" in refusal(write_archive(tmp_path / "net.pt", {"archive_format": b"pt2"}))


def test_the_identity_of_a_saved_model_is_that_of_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "a").write_bytes(b"1")
    first = opened(folder)
    assert (first.format, first.path, first.name) == ("saved_model", folder, "saved")
    assert opened(folder / "saved_model.pb").sha256 == first.sha256
    (folder / "variables" / "a").write_bytes(b"2")
    assert opened(folder).sha256 != first.sha256


@pytest.mark.parametrize("name", ["net.tflite", "net.lite"])
def test_a_tflite_file_is_known_by_its_name_or_its_first_bytes(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x1c\x00\x00\x00TFL3")
    assert opened(tmp_path / name).format == "tflite"


def test_a_whole_keras_model_in_hdf5_is_taken_as_a_keras_file(tmp_path: Path) -> None:
    (tmp_path / "net.h5").write_bytes(b"\x89HDF\r\n\x1a\n...model_config...")
    assert (opened(tmp_path / "net.h5").format, opened(tmp_path / "net.h5").kind) == ("keras", "keras_file")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def write_hub_model(folder: Path, *models: str) -> Path:
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    for model in models:
        write_perceptron(folder / model)
    return folder


def test_the_onnx_file_of_a_hugging_face_folder_is_raced_under_the_folder_s_name(tmp_path: Path) -> None:
    folder = write_hub_model(tmp_path / "bert", "onnx/model.onnx", "onnx/model_int8.onnx")
    for source in (folder, folder / "config.json"):
        workload = opened(source)
        assert (workload.name, workload.kind, workload.format) == ("bert", "hugging_face", "onnx")
        assert workload.path == folder / "onnx" / "model.onnx"


def test_of_several_onnx_files_the_user_chooses(tmp_path: Path) -> None:
    folder = write_hub_model(tmp_path / "bert", "onnx/a.onnx", "onnx/b.onnx")
    assert "select one of onnx/a.onnx, onnx/b.onnx" in refusal(folder)


def test_weights_in_a_hugging_face_folder_are_for_transformers_and_code_in_it_is_not_run(
    tmp_path: Path,
) -> None:
    folder = write_hub_model(tmp_path / "bert")
    assert "neither an ONNX file nor a transformers model" in refusal(folder)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    first = opened(folder)
    assert (first.format, first.path, first.name) == ("transformers", folder, "bert")
    (folder / "model.safetensors").write_bytes(b"others")
    assert opened(folder).sha256 != first.sha256
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "auto_map": {}}))
    assert "brings code of its own, which is not run" in refusal(folder)


def test_a_hugging_face_id_is_looked_up_in_the_local_cache_alone(hub: Path) -> None:
    told = refusal("org/bert-v1.5")
    assert "not in the local cache: `hf download org/bert-v1.5 --local-dir bert-v1.5`" in told
    repository = hub / "models--org--bert-v1.5"
    write_hub_model(repository / "snapshots" / "abc", "model.onnx")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc\n")
    assert open_source("org/bert-v1.5").name == "bert-v1.5"


def test_a_path_that_is_not_there_is_no_hugging_face_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for source in ("models/gone", "gone/model.xyz"):
        assert "Hugging Face" not in refusal(source)
