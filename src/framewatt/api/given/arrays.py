"""Samples, labels and data as arrays: the files that the command line takes for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol
from zipfile import ZipFile

import numpy as np

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from framewatt.api.given.shelf import Shelf

    Named = Mapping[str, NDArray[Any]]

_ALONE = "inputs"
"""What an array without a name is called; a model with one input takes it under any."""


class Array(Protocol):
    """What NumPy makes an array of: its own arrays, tensors, columns of a data frame."""

    def __array__(self) -> Any:
        """The array."""


def is_path(value: object) -> bool:
    """Whether it names a file instead of being what would lie in one."""
    return isinstance(value, str | os.PathLike)


def samples_path(samples: Any, shelf: Shelf) -> str:
    """Inputs as an ``.npz`` file; a list of queries as a folder with a file each.

    Raises:
        BadInput: something in it is no array of numbers.
        StoreError: they cannot be written.
    """
    if isinstance(samples, list | tuple) and samples and all(map(_is_query, samples)):
        queries = [_named(query, "samples") for query in samples]
        return shelf.keep("samples", lambda folder: _write_queries(folder, queries))
    arrays = _named(samples, "samples")
    return shelf.keep("samples.npz", lambda path: _write_archive(path, arrays))


def labels_path(labels: Any, shelf: Shelf) -> str:
    """Right answers as an ``.npy`` file.

    Raises:
        BadInput: no array of numbers.
        StoreError: they cannot be written.
    """
    array = _array(labels, "labels")
    return shelf.keep("labels.npy", lambda path: np.save(path, array, allow_pickle=False))


def data_path(data: Any, shelf: Shelf) -> str:
    """What a Keras model is trained on, as an ``.npz`` file.

    Raises:
        BadInput: not a dict of arrays of numbers.
        StoreError: they cannot be written.
    """
    if not isinstance(data, Mapping):
        raise BadInput(f"data: {_article(data)}; a path or a dict of arrays (x and y) is wanted")
    arrays = _named(data, "data")
    return shelf.keep("data.npz", lambda path: _write_archive(path, arrays))


def _is_query(value: object) -> bool:
    """Whether an item of a list is a whole query; numbers and lists of them are parts of one array."""
    return isinstance(value, Mapping) or hasattr(value, "__array__")


def _named(arrays: Any, option: str) -> Named:
    """A dict of arrays as it is, anything else as one array."""
    if not isinstance(arrays, Mapping):
        return {_ALONE: _array(arrays, option)}
    return {str(name): _array(array, f"{option}[{name!r}]") for name, array in arrays.items()}


def _array(value: Any, what: str) -> NDArray[Any]:
    """Numbers in memory of their own; a tensor leaves its graph and its device."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"{what}: {_article(value)} that is no array of numbers ({reason})") from None
    if array.dtype.kind not in "biufc" or not array.ndim:
        raise BadInput(f"{what}: {_article(value)}; an array of numbers is wanted")
    return array


def _article(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _write_queries(folder: Path, queries: Sequence[Named]) -> None:
    folder.mkdir()
    for number, query in enumerate(queries):
        _write_archive(folder / f"sample-{number:05d}.npz", query)


def _write_archive(path: Path, arrays: Named) -> None:
    """As `numpy.savez` does, which reserves names that an input may have (``file``)."""
    with ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)
