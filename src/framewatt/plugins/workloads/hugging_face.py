"""A Hugging Face model: a folder that ``hf download`` wrote, or an id whose files lie in the local cache.

Its ONNX file is raced. Weights alone are not, since the code that they belong to is not in the folder.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.plugins.workloads import onnx
from framewatt.records import Workload  # noqa: TC001 - a plug-in is small; one import block reads better
from framewatt.workload.paths import missing

TITLE = "Hugging Face model (a folder with config.json, or ORG/NAME)"
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_CONFIG = "config.json"
_ONNX = ("onnx/model.onnx", "model.onnx")


def claims(source: str) -> bool:
    """Whether it is a folder with a ``config.json``, or is written as an id and no path that is there."""
    path = Path(source).expanduser()
    if path.exists():
        return path.name == _CONFIG or (path / _CONFIG).is_file()
    return bool(_ID.fullmatch(source)) and not path.parent.is_dir() and not _is_file_name(path)


def open_workload(source: str) -> Workload:
    """The ONNX file of the model.

    Raises:
        BadInput: it is not here, or holds no ONNX file; with what to do.
    """
    path = Path(source).expanduser()
    folder = _folder(path) if path.exists() else _cached(source)
    if folder is None:
        raise _absent(source)
    files = [folder / name for name in _ONNX if (folder / name).is_file()]
    found = files or sorted(file for pattern in ("*.onnx", "onnx/*.onnx") for file in folder.glob(pattern))
    if len(found) > 1 and not files:
        names = ", ".join(str(file.relative_to(folder)) for file in found)
        raise BadInput(f"{source}: holds several ONNX files; select one of {names}")
    if not found:
        raise _without_onnx(source, folder)
    name = folder.name if path.exists() else source.rpartition("/")[2]
    return replace(onnx.open_workload(str(found[0])), name=name, kind="hugging_face")


def _folder(path: Path) -> Path:
    return path.resolve().parent if path.is_file() else path.resolve()


def _is_file_name(path: Path) -> bool:
    """Whether the name ends as a file's does, and not in a version such as ``-v1.5``."""
    return bool(re.fullmatch(r"\.[A-Za-z]\w*", path.suffix))


def _cached(source: str) -> Path | None:
    """The snapshot of ``main`` in the Hugging Face cache, if its files were downloaded."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    hub = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")
    repository = hub / f"models--{source.replace('/', '--')}"
    try:
        revision = (repository / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    snapshot = repository / "snapshots" / revision
    return snapshot if snapshot.is_dir() else None


def _absent(source: str) -> BadInput:
    name = source.rpartition("/")[2]
    return BadInput(
        f"{missing(source)}; if a Hugging Face model is meant, it is not in the local cache: "
        f"`hf download {source} --local-dir {name}`, then `framewatt select {name}`"
    )


def _without_onnx(source: str, folder: Path) -> BadInput:
    try:
        (architecture, *_) = json.loads((folder / _CONFIG).read_bytes())["architectures"]
    except (OSError, ValueError, KeyError, TypeError):
        architecture = "a model"
    return BadInput(
        f"{source}: {architecture} without an ONNX file; `optimum-cli export onnx --model {source} FOLDER` "
        "writes one, or write a model.py: `framewatt new model FOLDER`"
    )
