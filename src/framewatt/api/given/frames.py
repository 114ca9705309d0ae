"""A data frame of pandas or polars as the table that libraries learn."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.api.given.shelf import Shelf


def frame_path(frame: Any, shelf: Shelf) -> str:
    """Its columns as Parquet where pyarrow is there, else as CSV; a pandas index is no column.

    Raises:
        BadInput: it holds what such a file cannot.
        StoreError: the file cannot be written.
    """
    if hasattr(frame, "collect"):
        frame = frame.collect()
    suffix = "parquet" if find_spec("pyarrow") else "csv"

    def save(path: Path) -> None:
        try:
            _writer(frame, suffix)(path)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - pandas, polars and pyarrow each have errors of their own
            reason = str(error).partition("\n")[0]
            raise BadInput(f"model: the data frame cannot be written as {suffix} ({reason})") from None

    return shelf.keep(f"table.{suffix}", save)


def _writer(frame: Any, suffix: str) -> Any:
    """A polars method, or a pandas one that leaves the index out and names columns by text."""
    if hasattr(frame, f"write_{suffix}"):
        return getattr(frame, f"write_{suffix}")
    named = frame.rename(columns=str)
    return lambda path: getattr(named, f"to_{suffix}")(path, index=False)
