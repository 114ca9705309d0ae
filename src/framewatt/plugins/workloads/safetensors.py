"""A ``.safetensors`` file: weights without a model, for which a ``model.py`` is wanted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.workload.paths import existing_file

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.records import Workload

TITLE = "weights (.safetensors)"
ADVISES = True
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000


def claims(source: str) -> bool:
    """Whether the name ends in ``.safetensors``."""
    return source.lower().endswith(".safetensors")


def open_workload(source: str) -> Workload:
    """Say what is missing beside the weights.

    Raises:
        BadInput: always.
    """
    path = existing_file(source)
    header = _header(path, source)
    tensors = [name for name in header if name != "__metadata__"]
    folder = f"; or select its folder, {path.parent}" if (path.parent / "config.json").is_file() else ""
    raise BadInput(
        f"{source}: {len(tensors)} weights without the model they belong to; "
        f"`framewatt new model FOLDER --weights {source}` writes a model.py to fill in{folder}"
    )


def _header(path: Path, source: str) -> dict[str, Any]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        content = file.read(length) if length <= _LONGEST_HEADER else b""
    try:
        header = json.loads(content)
    except ValueError:
        header = None
    if not isinstance(header, dict) or len(content) < length:
        raise BadInput(f"{source}: not a .safetensors file, or a truncated one")
    return header
