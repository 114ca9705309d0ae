"""A model as an object: recognised by a library that is imported already, and saved as its own file."""

from __future__ import annotations

import os
import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from framewatt.api.given.frames import frame_path
from framewatt.api.given.modules import module_path, program_path
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from framewatt.api.given.shelf import Shelf

_INPUTS = "inputs: for a torch.nn.Module, which is exported with them"
_TAKEN = "a path, a torch.nn.Module with inputs=, an exported program, an onnx.ModelProto or a data frame"
_REMEDIES = {
    ("keras", "Model"): "save it with model.save('model.keras') and give that path",
    ("tensorflow", "Module"): "export it to ONNX and give that path",
    ("sklearn.base", "BaseEstimator"): "give the table that it learns, with target=",
    ("xgboost", "Booster"): "give the table that it learns, with target=",
    ("lightgbm", "Booster"): "give the table that it learns, with target=",
}
"""What else people hold in their hands, and what to do with it."""


def model_path(model: Any, inputs: Any, shelf: Shelf) -> str:
    """The source that a study opens: a path or name as it is, anything else as the file that it is saved in.

    Raises:
        BadInput: nothing that framewatt takes, or it cannot be saved.
        StoreError: the file cannot be written.
    """
    if _is_a(model, "torch", "nn.Module"):
        return module_path(model, inputs, shelf)
    if inputs is not None:
        raise BadInput(f"{_INPUTS}; with anything else, samples= holds what it is run on")
    if isinstance(model, str | os.PathLike):
        return str(os.fspath(model))
    for (library, name), save in _SAVED.items():
        if _is_a(model, library, name):
            return save(model, shelf)
    remedy = next((words for kind, words in _REMEDIES.items() if _is_a(model, *kind)), f"give {_TAKEN}")
    raise BadInput(f"model: a {type(model).__name__} is not taken as it is; {remedy}")


def _is_a(value: object, library: str, name: str) -> bool:
    """Whether it is of a library's class; where the library was never imported, nothing is."""
    module = sys.modules.get(library)
    try:
        return module is not None and isinstance(value, attrgetter(name)(module))
    except AttributeError:
        return False


def _onnx_path(model: Any, shelf: Shelf) -> str:
    import onnx  # noqa: PLC0415 - who holds such a model has imported it; nobody else waits for it

    def save(path: Path) -> None:
        try:
            onnx.save(model, str(path))
        except (ValueError, TypeError) as error:  # protobuf writes no more than 2 GB
            raise BadInput(f"model: the ModelProto cannot be saved ({error}); give its path") from None

    return shelf.keep(f"{file_name(model.graph.name)}.onnx", save)


def file_name(title: str) -> str:
    """What a model is called, as far as a file's name may hold it."""
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in title)
    return plain.strip("_")[:40] or "model"


_SAVED: dict[tuple[str, str], Callable[[Any, Shelf], str]] = {
    ("torch", "export.ExportedProgram"): program_path,
    ("onnx", "ModelProto"): _onnx_path,
    ("pandas", "DataFrame"): frame_path,
    ("polars", "DataFrame"): frame_path,
    ("polars", "LazyFrame"): frame_path,
}
"""Which class is saved how."""
