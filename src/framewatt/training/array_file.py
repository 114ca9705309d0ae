"""The arrays that a model is trained on: an .npz file, checked, and split where it is not split yet."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np

from framewatt.errors import BadInput
from framewatt.training.folds import divide
from framewatt.units import format_bytes

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
    arrays = _load(path, memory_bytes)
    if "x" in arrays or "y" in arrays:
        pair = _checked(path, arrays, "x", "y")
        return _split(*pair, seed)
    found: Arrays = {}
    for part in PARTS:
        found[f"x_{part}"], found[f"y_{part}"] = _checked(path, arrays, f"x_{part}", f"y_{part}")
    for name in ("x", "y"):
        shapes = {found[f"{name}_{part}"].shape[1:] for part in PARTS}
        if len(shapes) > 1:
            raise BadInput(f"--data {path}: the three {name} parts differ in shape: {sorted(shapes)}")
    return found


def _load(path: Path, memory_bytes: int) -> Arrays:
    try:
        if is_zipfile(path):
            _require_room(path, memory_bytes)
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except TypeError:  # what was loaded is an array: it cannot be opened as an archive
        raise BadInput(f"--data {path}: a single array; save x and y with numpy.savez") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BadInput(f"--data {path}: not a readable .npz file ({error})") from None
    return arrays


def _require_room(path: Path, memory_bytes: int) -> None:
    """What an archive holds is known before it is decompressed."""
    with ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size * _COPIES > memory_bytes:
        most = format_bytes(memory_bytes / _COPIES)
        raise BadInput(
            f"--data {path}: {format_bytes(size)} is more than fits into {format_bytes(memory_bytes)} of "
            f"free memory; take a random sample of the rows, up to {most}"
        )


def _checked(path: Path, arrays: Arrays, x_name: str, y_name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    for name in (x_name, y_name):
        if name not in arrays:
            held = ", ".join(sorted(arrays)) or "nothing"
            raise BadInput(
                f"--data {path}: {name} is missing (it holds {held}); give x and y, or x_ and y_ of "
                f"{', '.join(PARTS)}"
            )
        if arrays[name].dtype.kind not in "fiub" or not arrays[name].ndim:
            raise BadInput(f"--data {path}: {name} is of type {arrays[name].dtype}; numbers are known")
    x, y = (_single(arrays[name]) for name in (x_name, y_name))
    if len(x) != len(y):
        raise BadInput(f"--data {path}: {x_name} has {len(x)} rows and {y_name} has {len(y)}")
    if len(x) < (_LEAST_ROWS if x_name == "x" else 1):
        raise BadInput(f"--data {path}: {x_name} has {len(x)} rows, too few to learn and judge")
    for name, array in ((x_name, x), (y_name, y)):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise BadInput(f"--data {path}: {name} holds NaN or infinity")
    return x, y


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
