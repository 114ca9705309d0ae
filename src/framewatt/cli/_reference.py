"""How a command names the run that it tells about."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.runs.request import OPTIONS

if TYPE_CHECKING:
    from framewatt.reports.pages.reference import Reference


def reference_to(path: str | Path, named: str, runs_dir: str) -> Reference:
    """The run in `path` as the reader of this terminal finds it: `named` is what to type for it."""
    from framewatt.reports.pages.reference import Reference

    place, here = Path(path), Path.cwd()
    shown = place.relative_to(here) if place.is_relative_to(here) else place
    elsewhere = runs_dir != OPTIONS["runs_dir"].default
    call = shlex.quote(named) + (f" --runs-dir {shlex.quote(runs_dir)}" if elsewhere else "")
    return Reference(str(shown), call)
