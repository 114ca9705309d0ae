"""A ``.pt2`` file, as ``torch.export.save`` writes it. Loading one can run code: only a typed path is."""

from __future__ import annotations

import zipfile
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.plugins.workloads._torch_files import PROGRAM_MARKS
from framewatt.records import Workload
from framewatt.workload.paths import existing_file, sha256_of

TITLE = "PyTorch exported program"


def claims(source: str) -> bool:
    """Whether the name ends in ``.pt2``."""
    return source.lower().endswith(".pt2")


def open_workload(source: str) -> Workload:
    """Check, without loading it, that the file is an archive that holds an exported program.

    Raises:
        BadInput: missing, truncated, or another kind of file.
    """
    path = existing_file(source)
    if not zipfile.is_zipfile(path):
        raise BadInput(f"{source}: not a .pt2 archive (torch.export.save writes one), or a truncated one")
    with zipfile.ZipFile(path) as archive:
        inside = {Path(name).name for name in archive.namelist()}
    if not inside & PROGRAM_MARKS:
        raise BadInput(f"{source}: an archive, but not one that torch.export.save wrote")
    return Workload(name=path.stem, kind="exported_program", format="pt2", path=path, sha256=sha256_of(path))
