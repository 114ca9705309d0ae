"""What a file that PyTorch wrote holds, told from its parts alone: nothing of it is unpickled."""

from __future__ import annotations

import pickletools
import zipfile
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEGACY = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
"""How every file begins that torch.save wrote before PyTorch 1.6: a magic number, pickled."""
PROGRAM_MARKS = frozenset({"archive_format", "serialized_exported_program.json"})
"""One of these lies in every exported program (the second in those written before PyTorch 2.7)."""
_OF_TENSORS = ("torch._utils", "torch._tensor", "collections", "numpy", "_codecs")
"""Modules whose classes a dict of tensors is pickled with, beside torch's own storages and types."""
_CONTAINERS = frozenset({"bytearray", "complex", "dict", "frozenset", "list", "set", "slice", "tuple"})


class Holding(Enum):
    """What is in the file."""

    TORCHSCRIPT = "a TorchScript program"
    PROGRAM = "an exported program"
    WEIGHTS = "weights without their model"
    OBJECT = "a pickled object"
    FOREIGN = "nothing that PyTorch wrote"


class TorchFile(NamedTuple):
    """What is held, and the class that a pickled object is of."""

    holding: Holding
    class_name: str = ""


def look_into(path: Path) -> TorchFile:
    """What the file holds; damaged ones are foreign."""
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                return _of_archive(archive)
        except (zipfile.BadZipFile, OSError, ValueError):
            return TorchFile(Holding.FOREIGN)
    with path.open("rb") as file:
        return TorchFile(Holding.WEIGHTS if file.read(len(_LEGACY)) == _LEGACY else Holding.FOREIGN)


def _of_archive(archive: zipfile.ZipFile) -> TorchFile:
    names = archive.namelist()
    inside = {name.rpartition("/")[2] for name in names}
    if inside & PROGRAM_MARKS:
        return TorchFile(Holding.PROGRAM)
    if "constants.pkl" in inside and any("/code/" in name for name in names):
        return TorchFile(Holding.TORCHSCRIPT)
    pickles = [name for name in names if name.endswith("data.pkl")]
    if not pickles:
        return TorchFile(Holding.FOREIGN)
    for class_name in _classes(archive.read(pickles[0])):
        if not _is_of_tensors(class_name):
            return TorchFile(Holding.OBJECT, class_name)
    return TorchFile(Holding.WEIGHTS)


def _classes(pickled: bytes) -> Iterator[str]:
    """``module.name`` of each class and function that the pickle would import, in its order."""
    words: list[str] = []
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "GLOBAL":
            yield str(argument).replace(" ", ".")
        elif opcode.name == "STACK_GLOBAL":
            yield ".".join(words[-2:])
        elif isinstance(argument, str):
            words.append(argument)


def _is_of_tensors(class_name: str) -> bool:
    module, _, name = class_name.rpartition(".")
    if module in {"builtins", "__builtin__"}:
        return name in _CONTAINERS
    return module in {"torch", "torch.storage", "torch.serialization"} or module.startswith(_OF_TENSORS)
