"""What a Keras model's loss and outputs say of its labels: which task it is, and how it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Parts = Mapping[str, NDArray[Any]]

_BINARY = 2


@dataclass(frozen=True, slots=True)
class KerasModel:
    """What ``build()`` makes, as a back end described it; shapes hold None for what is open."""

    inputs: Sequence[Sequence[int | None]]
    outputs: Sequence[Sequence[int | None]]
    loss: str
    from_logits: bool
    random_layers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels as they are learnt (``y_train``) and as they are judged: class numbers, or values.

    `task` is ``binary``, ``multiclass`` or ``regression``; `link` turns outputs into scores.
    """

    task: str
    link: str
    arrays: dict[str, NDArray[Any]]


def labels_of(model: KerasModel, parts: Parts, data: Path) -> Labels:
    """Check the labels against the loss and the output's shape.

    Raises:
        BadInput: they do not fit, with what would.
    """
    sizes = model.outputs[0][1:]
    if "sparse_categorical" in model.loss:
        return _numbered(model, parts, data, sizes)
    if "categorical" in model.loss:
        return _one_hot(model, parts, data, sizes)
    if "binary" in model.loss:
        return _binary(model, parts, data, sizes)
    return _values(parts, data, sizes)


def _numbered(model: KerasModel, parts: Parts, data: Path, sizes: Sequence[int | None]) -> Labels:
    """Class numbers for as many outputs as there are classes."""
    flat = {part: y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y for part, y in parts.items()}  # noqa: PLR2004 - a column
    classes = sizes[-1] if len(sizes) == 1 else None
    for part, y in flat.items():
        if y.ndim != 1 or (y != np.rint(y)).any():
            raise BadInput(
                f"--data {data}: y_{part} has shape {y.shape}; {model.loss} takes one class number a row"
            )
        if classes is None or y.min() < 0 or y.max() >= classes:
            raise BadInput(
                f"--data {data}: the labels of {part} are {y.min():g} to {y.max():g}, but the model's "
                f"output of shape {tuple(sizes)} has classes 0 to {(classes or 1) - 1}"
            )
    task = "binary" if classes == _BINARY else "multiclass"
    return Labels(task, "softmax" if model.from_logits else "identity", _named(flat, np.int64))


def _one_hot(model: KerasModel, parts: Parts, data: Path, sizes: Sequence[int | None]) -> Labels:
    """One column a class, judged by the number of the largest."""
    for part, y in parts.items():
        if y.shape[1:] != tuple(sizes) or y.ndim != 2:  # noqa: PLR2004 - a row of columns
            raise BadInput(
                f"--data {data}: y_{part} has shape {y.shape}; {model.loss} takes one column for each of the "
                f"model's outputs {tuple(sizes)}; class numbers go with sparse_categorical_crossentropy"
            )
    arrays = {f"y_{part}": y.argmax(axis=1).astype(np.int64) for part, y in parts.items()}
    arrays["y_train"] = parts["train"].astype(np.float32)
    task = "binary" if sizes[-1] == _BINARY else "multiclass"
    return Labels(task, "softmax" if model.from_logits else "identity", arrays)


def _binary(model: KerasModel, parts: Parts, data: Path, sizes: Sequence[int | None]) -> Labels:
    """One output, labels 0 and 1."""
    if tuple(sizes) != (1,):
        raise BadInput(f"--data {data}: {model.loss} is judged on one output; the model's are {tuple(sizes)}")
    for part, y in parts.items():
        if y.size != len(y) or set(np.unique(y)) != {0, 1}:
            raise BadInput(f"--data {data}: y_{part} must hold a 0 or a 1 for each row, and both of them")
    columns = {part: y.reshape(-1) for part, y in parts.items()}
    arrays = _named(columns, np.int64)
    arrays["y_train"] = columns["train"].astype(np.float32)[:, None]
    return Labels("binary", "sigmoid" if model.from_logits else "identity", arrays)


def _values(parts: Parts, data: Path, sizes: Sequence[int | None]) -> Labels:
    """Any other loss: outputs are held against labels of the same shape."""
    arrays = {}
    for part, y in parts.items():
        column = y[:, None] if y.ndim == 1 and tuple(sizes) == (1,) else y
        if column.shape[1:] != tuple(sizes):
            raise BadInput(f"--data {data}: y_{part} has shape {y.shape}, the model's outputs {tuple(sizes)}")
        arrays[f"y_{part}"] = column.astype(np.float32)
    for part in parts:
        if part != "train" and arrays[f"y_{part}"].shape[1:] == (1,):
            arrays[f"y_{part}"] = arrays[f"y_{part}"][:, 0]
    return Labels("regression", "identity", arrays)


def _named(parts: Parts, dtype: Any) -> dict[str, NDArray[Any]]:
    return {f"y_{part}": y.astype(dtype) for part, y in parts.items()}
