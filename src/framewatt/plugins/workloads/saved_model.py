"""TensorFlow's SavedModel, a folder: raced by TensorFlow itself, and by others through its export to ONNX."""

from __future__ import annotations

import hashlib
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.records import Workload

TITLE = "TensorFlow SavedModel (a folder)"
_GRAPH = "saved_model.pb"


def claims(source: str) -> bool:
    """Whether it is a folder with ``saved_model.pb``, or that file itself."""
    return (_folder(source) / _GRAPH).is_file()


def open_workload(source: str) -> Workload:
    """The folder, and the hash of everything in it; nothing of it is loaded.

    Raises:
        BadInput: the graph is empty.
    """
    folder = _folder(source)
    if not (folder / _GRAPH).stat().st_size:
        raise BadInput(f"{source}: {_GRAPH} is empty")
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return Workload(folder.name, "saved_model", "saved_model", folder, digest.hexdigest())


def _folder(source: str) -> Path:
    path = Path(source).expanduser().resolve()
    return path.parent if path.name == _GRAPH else path
