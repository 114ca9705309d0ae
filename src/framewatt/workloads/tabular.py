"""A table in a CSV or Parquet file, for training: ``--target`` names the column to learn."""

from __future__ import annotations

import hashlib
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.records import Stage, Workload

TITLE = "table (.csv, .parquet) with --target"


def claims(source: str) -> bool:
    """Whether the name ends in ``.csv`` or ``.parquet``."""
    return source.lower().endswith((".csv", ".parquet"))


def open_workload(source: str) -> Workload:
    """Check that it is there; its columns are read when the study knows the target.

    Raises:
        BadInput: missing or empty.
    """
    path = Path(source).expanduser().resolve()
    if not path.is_file():
        raise BadInput(f"{source}: no such file")
    if not path.stat().st_size:
        raise BadInput(f"{source}: the file is empty")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Workload(
        name=path.stem, kind="tabular", format="table", path=path, sha256=digest, stage=Stage.TRAINING
    )
