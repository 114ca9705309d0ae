"""Tensor files: one line of JSON that names the tensors, then their raw little-endian bytes.

Any language can read them: the header is ``[{"name", "dtype", "shape", "bytes"}, ...]``; the data follow in
the same order, C-contiguous. dtypes are numpy's names (``float32``, ``int64``, ``bool``, ...).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """Write named arrays to one file."""
    arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
    arrays = {name: a.astype(a.dtype.newbyteorder("<"), copy=False) for name, a in arrays.items()}
    header = [
        {"name": name, "dtype": a.dtype.name, "shape": list(a.shape), "bytes": a.nbytes}
        for name, a in arrays.items()
    ]
    with path.open("wb") as file:
        file.write(json.dumps(header).encode() + b"\n")
        for array in arrays.values():
            file.write(array.tobytes())


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read what `write_tensors` wrote; the arrays own their memory and are writable."""
    with path.open("rb") as file:
        header = json.loads(file.readline())
        return {
            entry["name"]: np.frombuffer(bytearray(file.read(entry["bytes"])), dtype=entry["dtype"]).reshape(
                entry["shape"]
            )
            for entry in header
        }
