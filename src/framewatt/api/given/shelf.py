"""Where objects lie as files: beside the runs, so that an interrupted one can go on in another program."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from framewatt.errors import StoreError, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = ".given"
"""Its name inside the folder of runs."""


class Shelf:
    """Files by their content: the same object handed over twice is kept once."""

    def __init__(self, runs_dir: Path) -> None:
        """Nothing is written before there is something to keep."""
        self._folder = runs_dir.expanduser().resolve() / FOLDER

    def keep(self, name: str, write: Callable[[Path], object]) -> str:
        """The path of a file or folder called `name`, made by `write` or there already.

        Raises:
            StoreError: the place cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._folder) as draft:
                made = Path(draft) / name
                write(made)
                kept = self._folder / _digest(made)[:16] / name
                kept.parent.mkdir(exist_ok=True)
                if not kept.exists():
                    made.rename(kept)
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be written: {reason_of(error)}") from error
        return str(kept)


def _digest(path: Path) -> str:
    """Of a file's content, or of a folder's files in order."""
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
