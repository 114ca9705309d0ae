"""Finding plug-ins: list a folder, then one entry-point group per kind."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.contracts import CONTRACTS, constants, functions
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

PATH_VARIABLE = "FRAMEWATT_PLUGINS"
"""Folders (separated like PATH) that hold one sub-folder per kind: the door for a user's own files."""

_BY_PATH = {
    "scripts": ("TITLE", "VERSION", "PACKAGES", "IMPORTS", "build"),
    "tasks": ("data",),
}
"""What files of a task must define; they are never discovered, only loaded by path."""
_NETWORK = ("SCRIPTS", "network")
"""What such a file defines instead of a script's names: a network, and the scripts that train it."""

_LISTED = 40
"""So many names at most stand in an error."""

_HOUSE = Path(__file__).parent


@dataclass(frozen=True)
class Plugin:
    """A discovered plug-in: its name (the file's stem, or its entry point's), its file, and the module."""

    name: str
    path: Path
    module: ModuleType


def discover(kind: str) -> dict[str, Plugin]:
    """All plug-ins of a kind by name; a user's file hides a shipped one of the same name."""
    return {name: _load(kind, path, name) for name, path in sorted(_files(kind).items())}


def find(kind: str, name: str) -> Plugin:
    """One plug-in by name, loading only its file.

    Raises:
        BadInput: no such plug-in; the message offers the nearest names.
    """
    files = _files(kind)
    if name not in files:
        raise BadInput(f"unknown {kind.removesuffix('s')} {name!r}{nearest(name, files)}")
    return _load(kind, files[name], name)


def nearest(word: str, known: object) -> str:
    """A closing phrase for an error about an unknown name: the nearest names, else all of them."""
    names = sorted(str(name) for name in known)  # type: ignore[attr-defined]
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; known: {', '.join(names[:_LISTED])}" + (", ..." if len(names) > _LISTED else "")


def choices(word: str, known: Iterable[str]) -> str:
    """A closing phrase for an error about an unknown name of a short list: the nearest, then all of them."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    suggestion = f"; did you mean {close[0]}?" if close else ";"
    return f"{suggestion} choose from {', '.join(names) or 'none'}"


def _files(kind: str) -> dict[str, Path]:
    folders = [_HOUSE / "plugins" / kind]
    folders += [Path(root) / kind for root in os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if root]
    files = {
        path.stem: path for folder in folders for path in folder.glob("*.py") if not path.stem.startswith("_")
    }
    for entry in entry_points(group=f"framewatt.{kind}"):
        spec = importlib.util.find_spec(entry.value)
        if spec and spec.origin:
            files[entry.name] = Path(spec.origin)
    return files


def load_file(kind: str, path: Path) -> Plugin:
    """A user's own file as a plug-in of a kind.

    Raises:
        BadInput: it does not load, or lacks what its kind demands.
    """
    return _load(kind, path, path.stem)


def load_module(kind: str, path: Path) -> ModuleType:
    """A file of a kind as a module, whatever it defines.

    Raises:
        BadInput: it does not load.
    """
    spec = importlib.util.spec_from_file_location(f"framewatt.plugins.{kind}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path}: cannot be loaded as a {kind.removesuffix('s')} plug-in")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        raise BadInput(f"{path}: the plug-in fails to import: {error!r}") from error
    return module


def lacking(kind: str, module: ModuleType) -> list[str]:
    """What a file of a kind must define (see `framewatt.contracts`) and does not."""
    return [name for name in _demanded(kind, module) if not hasattr(module, name)]


def _demanded(kind: str, module: ModuleType) -> tuple[str, ...]:
    if kind == "scripts" and hasattr(module, _NETWORK[0]):
        return _NETWORK
    if kind in _BY_PATH:
        return _BY_PATH[kind]
    return (*constants(CONTRACTS[kind]), *functions(CONTRACTS[kind]))


@cache
def _load(kind: str, path: Path, name: str) -> Plugin:
    module = load_module(kind, path)
    if missing := lacking(kind, module):
        raise BadInput(f"{path}: the plug-in does not define {', '.join(missing)}")
    return Plugin(name, path, module)
