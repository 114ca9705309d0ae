"""A table in a CSV or Parquet file, for training: ``--target`` names the column to learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.records import Stage, Workload
from framewatt.records.units import format_bytes
from framewatt.workload.paths import existing_file, sha256_of

if TYPE_CHECKING:
    from pathlib import Path

_MEMORY_PER_FILE_BYTE = 6.0
"""Reading a table takes about four bytes of memory for each byte of text; libraries learn beside that."""

TITLE = "table (.csv, .tsv, .parquet) with --target"


def claims(source: str) -> bool:
    """Whether the name ends in ``.csv``, ``.tsv``, ``.tab`` or ``.parquet``."""
    return source.lower().endswith((".csv", ".tsv", ".tab", ".parquet"))


def open_workload(source: str) -> Workload:
    """Check that it is there and fits into memory; its columns are read when the study knows the target.

    Raises:
        BadInput: missing, empty, or too large.
    """
    path = existing_file(source)
    _require_memory(path)
    return Workload(
        name=path.stem,
        kind="tabular",
        format="table",
        path=path,
        sha256=sha256_of(path),
        stage=Stage.TRAINING,
    )


def _require_memory(path: Path) -> None:
    """Refuse by its size, before a byte of it is read, what would not fit."""
    size, free = path.stat().st_size, available_memory_bytes()
    most = free / _MEMORY_PER_FILE_BYTE
    if size > most:
        raise BadInput(
            f"{path}: {format_bytes(size)} is more than fits beside a library in {format_bytes(free)} "
            f"of free memory; take a random sample of the rows, up to {format_bytes(most)}"
        )
