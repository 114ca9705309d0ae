"""How a command names the run that it tells about."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framewatt.runs.request import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.reports.pages.reference import Reference


def reference_to(path: str | Path, named: str, runs_dir: str) -> Reference:
    """The run in `path` as the reader of this terminal finds it: `named` is what to type for it."""
    from framewatt.reports.pages.reference import Reference

    place, here = Path(path), Path.cwd()
    shown = place.relative_to(here) if place.is_relative_to(here) else place
    return Reference(str(shown), _call(named, runs_dir))


def _call(named: str, runs_dir: str) -> str:
    """What to type for a run; where runs are kept is only said where it is elsewhere."""
    elsewhere = runs_dir != OPTIONS["runs_dir"].default
    return shlex.quote(named) + (f" --runs-dir {shlex.quote(runs_dir)}" if elsewhere else "")


@contextmanager
def resumable(command: str, runs_dir: str) -> Iterator[None]:
    """Whoever interrupts a run by hand is told how it goes on.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    from framewatt.runs.listing import newest

    before = newest(runs_dir)
    try:
        yield
    except KeyboardInterrupt:
        if newest(runs_dir) != before:
            remedy = f"framewatt {command} --resume {_call('latest', runs_dir)}"
            click.echo(f"framewatt: interrupted; what was measured stays: {remedy}", err=True)
        raise
