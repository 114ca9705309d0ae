"""Runs of a folder: which is meant, and which there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST = "latest"
_MANIFEST = "manifest.json"


def find_run(named: str | Path, runs_dir: str | Path) -> Path:
    """The run folder that a person means: ``latest``, a path, or a name inside `runs_dir`.

    What is none of these is returned as a path, for whoever opens it to refuse.

    Raises:
        BadInput: ``latest``, and there is no run.
    """
    root, path = Path(runs_dir), Path(named)
    if str(named) == LATEST and not (path / _MANIFEST).exists():
        found = newest(root)
        if found is None:
            raise BadInput(f"latest: no run in {root}; see --runs-dir")
        return found
    inside = root / path
    return inside if not path.exists() and (inside / _MANIFEST).exists() else path


def newest(runs_dir: str | Path) -> Path | None:
    """The run of `runs_dir` that began last."""
    return next(folders(Path(runs_dir)), None)


def folders(root: Path) -> Iterator[Path]:
    """The run folders of `root`, the one that began last first."""
    found = [manifest.parent for manifest in root.glob(f"*/{_MANIFEST}")]
    return iter(sorted(found, key=lambda path: (_began(path), path.name), reverse=True))


def inner_runs(run: Path) -> list[Path]:
    """Run folders that lie in a run's folder: the inference study of a table."""
    return [manifest.parent for manifest in sorted(run.glob(f"*/{_MANIFEST}"))]


def _began(path: Path) -> str:
    """When its run began, or nothing where that cannot be read."""
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(manifest.get("created", "")) if isinstance(manifest, dict) else ""
