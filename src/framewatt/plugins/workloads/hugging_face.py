"""A Hugging Face model: a folder that ``hf download`` wrote, or an id whose files lie in the local cache.

Its ONNX file is raced; without one, what the transformers library builds from its configuration and weights.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.plugins.workloads import onnx
from framewatt.records import Workload
from framewatt.workload.paths import missing

TITLE = "Hugging Face model (a folder with config.json, or ORG/NAME)"
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_CONFIG = "config.json"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_ONNX = ("onnx/model.onnx", "model.onnx")


def claims(source: str) -> bool:
    """Whether it is a folder with a ``config.json``, or is written as an id and no path that is there."""
    path = Path(source).expanduser()
    if path.exists():
        return path.name == _CONFIG or (path / _CONFIG).is_file()
    return bool(_ID.fullmatch(source)) and not path.parent.is_dir() and not _is_file_name(path)


def open_workload(source: str) -> Workload:
    """The model's ONNX file, else the folder for PyTorch and transformers.

    Raises:
        BadInput: it is not here, or holds neither ONNX file nor weights; with what to do.
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
    name = folder.name if path.exists() else source.rpartition("/")[2]
    if not found:
        return _pretrained(source, folder, name)
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


def _pretrained(source: str, folder: Path, name: str) -> Workload:
    """Configuration and weights, of which the transformers library makes a module; nothing is loaded here."""
    try:
        config = json.loads((folder / _CONFIG).read_bytes())
    except (OSError, ValueError):
        raise BadInput(f"{source}: its {_CONFIG} cannot be read as JSON") from None
    weights = [file for pattern in _WEIGHTS for file in folder.glob(pattern)]
    if not weights or "model_type" not in config:
        raise BadInput(
            f"{source}: holds {_CONFIG}, but neither an ONNX file nor a transformers model with its weights; "
            "write a model.py: `framewatt new model FOLDER`"
        )
    if "auto_map" in config:
        raise BadInput(
            f"{source}: brings code of its own, which is not run; write a model.py that does: "
            "`framewatt new model FOLDER`"
        )
    digest = hashlib.sha256()
    for file in sorted([folder / _CONFIG, *weights]):
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return Workload(name, "hugging_face", "transformers", folder, digest.hexdigest())
