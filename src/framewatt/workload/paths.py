"""The file that a user typed: its path, its beginning, its hash, and what to say where there is none."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from pathlib import Path

from framewatt.errors import BadInput

_POINTER = b"version https://git-lfs.github.com/spec/"
"""How the few lines begin that Git leaves in the place of a large file which was not fetched."""


def existing_file(source: str) -> Path:
    """The file, with its full path.

    Raises:
        BadInput: it is not there (with the nearest names in its folder), empty, or a folder or placeholder.
    """
    path = Path(source).expanduser().resolve()
    if path.is_dir():
        raise BadInput(f"{source}: a folder, where a file is wanted")
    if not path.is_file():
        raise missing(source)
    with path.open("rb") as file:
        beginning = file.read(len(_POINTER))
    if not beginning:
        raise BadInput(f"{source}: the file is empty")
    if beginning == _POINTER:
        raise BadInput(f"{source}: a Git LFS pointer, not the file itself; run `git lfs pull` to fetch it")
    return path


def missing(source: str) -> BadInput:
    """The refusal of a path that is not there: the nearest names in its folder, or the folder that is not."""
    if not source.strip():
        return BadInput("the name of what to select is empty; name a file")
    if source == "-":
        return BadInput("-: no such file; name a file, since nothing is read from standard input")
    path = Path(source).expanduser()
    folder = path.parent
    if not folder.is_dir():
        return BadInput(f"{source}: no such file; there is no folder {folder} either")
    near = get_close_matches(path.name, sorted(entry.name for entry in folder.iterdir()), n=2, cutoff=0.75)
    hint = f"; did you mean {' or '.join(str(folder / name) for name in near)}?" if near else ""
    return BadInput(f"{source}: no such file{hint}")


def begins_with(source: str, magic: bytes, offset: int = 0) -> bool:
    """Whether a file of that name is there and holds `magic` at `offset`."""
    path = Path(source).expanduser()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(len(magic)) == magic


def sha256_of(path: Path) -> str:
    """The hash of what is in the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
