"""A ``.tflite`` file: raced by LiteRT itself, and by others natively or through its export to ONNX."""

from __future__ import annotations

from framewatt.errors import BadInput
from framewatt.records import Workload
from framewatt.workload.paths import begins_with, existing_file, sha256_of

TITLE = "LiteRT model (.tflite)"
_MAGIC, _OFFSET = b"TFL3", 4


def claims(source: str) -> bool:
    """Whether the name ends in ``.tflite``, or the file begins as such files do."""
    return source.lower().endswith(".tflite") or begins_with(source, _MAGIC, _OFFSET)


def open_workload(source: str) -> Workload:
    """Check that it begins as such files do; LiteRT reads the rest.

    Raises:
        BadInput: missing, or another kind of file.
    """
    path = existing_file(source)
    if not begins_with(source, _MAGIC, _OFFSET):
        raise BadInput(f"{source}: not a .tflite file")
    return Workload(path.stem, "tflite", "tflite", path, sha256_of(path))
