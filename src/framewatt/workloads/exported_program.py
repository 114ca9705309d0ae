"""A ``.pt2`` file, as ``torch.export.save`` writes it. Loading one can run code: only a typed path is."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.records import Workload

TITLE = "PyTorch exported program"


def claims(source: str) -> bool:
    """Whether the name ends in ``.pt2``."""
    return source.lower().endswith(".pt2")


def open_workload(source: str) -> Workload:
    """Check that the file is an archive, as every ``.pt2`` is.

    Raises:
        BadInput: missing, or not such an archive.
    """
    path = Path(source).expanduser().resolve()
    if not path.is_file():
        raise BadInput(f"{source}: no such file")
    if not zipfile.is_zipfile(path):
        raise BadInput(f"{source}: not a .pt2 archive (torch.export.save writes one), or a truncated one")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Workload(name=path.stem, kind="exported_program", format="pt2", path=path, sha256=digest)
