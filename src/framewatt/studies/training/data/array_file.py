"""The arrays that a model is trained on: an .npz file, checked, and split where it is not split yet."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np

from framewatt.errors import BadInput
from framewatt.records.units import format_bytes
from framewatt.studies.training.data.folds import divide

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

PARTS = ("train", "validation", "test")
_LEAST_ROWS = 50
_COPIES = 3.0
"""Ours, a worker's, and the worker's in the order of its batches."""


def read_arrays(path: Path, seed: int, memory_bytes: int) -> Arrays:
    """``x_`` and ``y_`` of train, validation and test, from a file with those or with ``x`` and ``y``.

    Whole sets are dealt by `seed`: 20 % of the rows for the test, 16 % for validation, stratified where the
    labels are whole numbers. Double precision becomes single.

    Raises:
        BadInput: not readable, too large for `memory_bytes`, or arrays that are missing or cannot be learnt.
    """
    where = f"--data {path}"
    arrays = load_arrays(path, memory_bytes, where)
    if "x" in arrays or "y" in arrays:
        check_pair(arrays, "x", "y", where, _LEAST_ROWS)
        return _split(_single(arrays["x"]), _single(arrays["y"]), seed)
    check_parts(arrays, where)
    for name in ("x", "y"):
        shapes = {arrays[f"{name}_{part}"].shape[1:] for part in PARTS}
        if len(shapes) > 1:
            raise BadInput(f"{where}: the three {name} parts differ in shape: {sorted(shapes)}")
    return {f"{name}_{part}": _single(arrays[f"{name}_{part}"]) for part in PARTS for name in ("x", "y")}


def load_arrays(path: Path, memory_bytes: int, where: str) -> Arrays:
    """All arrays of an .npz file; messages begin with `where`.

    Raises:
        BadInput: not readable, or too large for `memory_bytes`, which is known before it is decompressed.
    """
    try:
        if is_zipfile(path):
            with ZipFile(path) as archive:
                require_room(sum(entry.file_size for entry in archive.infolist()), memory_bytes, where)
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except TypeError:  # what was loaded is an array: it cannot be opened as an archive
        raise BadInput(f"{where}: a single array; save x and y with numpy.savez") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BadInput(f"{where}: not a readable .npz file ({error})") from None


def require_room(size: int, memory_bytes: int, where: str) -> None:
    """Check that arrays of `size` bytes fit into memory as often as they are held at once.

    Raises:
        BadInput: they do not, with how much would.
    """
    if size * _COPIES > memory_bytes:
        most = format_bytes(memory_bytes / _COPIES)
        raise BadInput(
            f"{where}: {format_bytes(size)} is more than fits into {format_bytes(memory_bytes)} of "
            f"free memory; take a random sample of the rows, up to {most}"
        )


def check_parts(arrays: Arrays, where: str) -> None:
    """Check ``x_`` and ``y_`` of train, validation and test.

    Raises:
        BadInput: arrays that are missing or cannot be learnt.
    """
    for part in PARTS:
        check_pair(arrays, f"x_{part}", f"y_{part}", where)


def check_pair(arrays: Arrays, x_name: str, y_name: str, where: str, least_rows: int = 1) -> None:
    """Check features and their labels.

    Raises:
        BadInput: missing, not finite numbers, of unlike length, or fewer than `least_rows`.
    """
    for name in (x_name, y_name):
        if name not in arrays:
            held = ", ".join(sorted(arrays)) or "nothing"
            wanted = "x and y" if x_name == "x" else f"x_ and y_ of {', '.join(PARTS)}"
            raise BadInput(f"{where}: {name} is missing (it holds {held}); give {wanted}")
        if arrays[name].dtype.kind not in "fiub" or not arrays[name].ndim:
            raise BadInput(f"{where}: {name} is of type {arrays[name].dtype}; numbers are known")
    x, y = arrays[x_name], arrays[y_name]
    if len(x) != len(y):
        raise BadInput(f"{where}: {x_name} has {len(x)} rows and {y_name} has {len(y)}")
    if len(x) < least_rows:
        raise BadInput(f"{where}: {x_name} has {len(x)} rows, too few to learn and judge")
    for name, array in ((x_name, x), (y_name, y)):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise BadInput(f"{where}: {name} holds NaN or infinity")


def _single(array: NDArray[Any]) -> NDArray[Any]:
    """Keras computes in single precision; truth values become numbers."""
    if array.dtype.kind == "b":
        return array.astype(np.int64)
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _split(x: NDArray[Any], y: NDArray[Any], seed: int) -> Arrays:
    classes = y.ndim == 1 and y.dtype.kind in "iu"
    folds = divide(y if y.ndim == 1 else np.arange(len(y)), stratified=classes, seed=seed)
    parts = {"train": folds.training(0), "validation": folds.validation[0], "test": folds.test}
    return {f"x_{part}": x[rows] for part, rows in parts.items()} | {
        f"y_{part}": y[rows] for part, rows in parts.items()
    }
