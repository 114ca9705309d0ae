"""Plausible mistakes of new users, each answered by one line and exit code 2: the transcript is mistakes.txt.

Nothing is built or measured here: whatever is wrong is said before.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from conftest import refused, write_perceptron, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROMPT, _REST = "$ framewatt ", "…"
_HERE = "{here}"


def _transcript() -> list[tuple[str, str]]:
    """Commands and their answers; an answer that ends in … goes on with what differs between machines."""
    lines = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8").splitlines()
    spoken = [line for line in lines if line and not line.startswith("#")]
    commands = [line.removeprefix(_PROMPT) for line in spoken[::2] if line.startswith(_PROMPT)]
    return list(zip(commands, spoken[1::2], strict=True))


MISTAKES = _transcript()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    here = tmp_path_factory.mktemp("mistakes")
    before = Path.cwd()
    os.chdir(here)
    write_perceptron(here / "model.onnx")
    write_table(here / "data.csv")
    _write_samples_and_labels()
    _write_models(here)
    _write_tables()
    yield here
    os.chdir(before)


def _write_samples_and_labels() -> None:
    rows = np.ones((3, 16), np.float32)
    np.savez("good.npz", x=rows)
    np.savez("names.npz", image=rows, y=np.ones(3))
    np.savez("width.npz", x=rows[:, :10])
    np.savez("double.npz", x=rows.astype(np.float64))
    np.savez("nan.npz", x=rows * np.nan)
    np.savez("none.npz", x=rows[:0])
    np.savez("objects.npz", x=np.array([{}, {}], object))
    np.save("single.npy", rows)
    np.save("labels.npy", np.zeros(3))
    np.save("two.npy", np.zeros(2))
    np.save("words.npy", np.array(["a", "b", "c"]))
    Path("torn.npz").write_bytes(Path("good.npz").read_bytes()[:60])
    Path("text.npz").write_text("hello")


def _write_models(here: Path) -> None:
    whole = (here / "model.onnx").read_bytes()
    for name in ("folder", "models", "hf"):
        (here / name).mkdir()
    (here / "models" / "a.onnx").write_bytes(whole)
    contents = {
        "empty.onnx": b"",
        "notes.onnx": b"hello\n",
        "torn.onnx": whole[:300],
        "pointer.onnx": b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 3\n",
        "nothing.py": b"import torch\n",
        "broken.py": b"def build(:\n",
        "noinputs.py": b"def build(): pass\n",
        "kerasmodel.py": b"import keras\ndef build(): pass\n",
        "w.safetensors": b'\x1c\x00\x00\x00\x00\x00\x00\x00{"a": {"dtype": "F32"}}     ',
        "torn.safetensors": b"\x20\x00\x00\x00\x00\x00\x00\x00{",
        "llm.gguf": b"GGUF\x03\x00\x00\x00",
        "trees.cbm": b"CBM1\x00\x00",
        "trees.txt": b"tree\nversion=v4\n",
        "trees.json": b'{"learner": {}, "version": [3, 2, 0]}',
        "trees.ubj": b"{L\x00\x00",
        "notes.json": b'{"a": 1}',
        "model.pkl": b"\x80\x04.",
        "weights.h5": b"\x89HDF\r\n\x1a\n",
        "text.h5": b"hello",
        "text.tflite": b"hello",
        "text.pt": b"hello",
        "text.keras": b"hello",
        "text.pt2": b"hello",
        "book.xlsx": b"PK\x03\x04",
        "gpu.engine": b"\x00\x01",
        "all.zip": b"PK\x03\x04",
        "notes.md": b"hello",
        "hf/config.json": b'{"architectures": ["BertModel"]}',
        "broken.toml": b"[a\n",
    }
    for name, content in contents.items():
        (here / name).write_bytes(content)


def _write_tables() -> None:
    runs = "".join(f"{tool},{number}\n" for number in range(1, 7) for tool in "ab")
    contents = {
        "empty.csv": "",
        "one.csv": "a\n1\n",
        "header.csv": "a,b\n",
        "ragged.csv": "a,b\n1,2,3\n",
        "runs.csv": f"tool,energy\n{runs}",
        "alone.csv": "tool,energy\na,1\na,2\n",
        "once.csv": "tool,energy\na,1\na,2\nb,3\n",
        "texts.csv": "tool,energy\na,much\nb,little\n",
    }
    for name, content in contents.items():
        Path(name).write_text(content, encoding="utf-8")
    Path("latin.csv").write_bytes("größe,b\n1,2\n".encode("latin-1"))


def test_there_are_more_than_a_hundred_mistakes_and_none_twice() -> None:
    assert len(dict(MISTAKES)) == len(MISTAKES) > 100


@pytest.mark.parametrize(("command", "told"), MISTAKES, ids=[command for command, _ in MISTAKES])
def test_a_mistake_is_answered_by_its_line(command: str, told: str, folder: Path) -> None:
    before = list(folder.glob("framewatt-runs/*"))
    line = refused(*shlex.split(command)).replace(str(folder), _HERE)
    assert line == told or (told.endswith(_REST) and line.startswith(told.removesuffix(_REST)))
    begun = [run for run in folder.glob("framewatt-runs/*") if run not in before]
    assert not begun or command.startswith("compare")  # which finds out by running
