"""Runs of ``framewatt select`` for ``yield.py``: started as a user would, and timed from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.config import cache_root
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import BlockTold
from models import Fetched, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Selection:
    """A run's decision document, and wall seconds from the command to first standings and to its end."""

    document: dict[str, Any]
    seconds_to_standings: float | None
    seconds: float


def select(model: Model, runs: Path, *options: str, fresh: bool = False) -> Selection:
    """``framewatt select`` on a model with its inputs; `fresh` hides earlier conversions from it.

    Raises:
        RuntimeError: no decision came of it; the message is its last line.
    """
    folder = runs / model.name
    folder.mkdir(parents=True, exist_ok=True)
    known = set(folder.iterdir())
    command = [sys.executable, "-m", "framewatt", "select", *_source(model), *options]
    with _cache(fresh=fresh) as environment, (folder / "progress.log").open("w") as log:
        begin = time.monotonic()
        with subprocess.Popen(
            [*command, "--format", "json", "--runs-dir", str(folder)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        ) as process:
            standings = None
            while process.poll() is None:
                time.sleep(_POLL_SECONDS)
                if standings is None and any(map(_stands, set(folder.glob("*/")) - known)):
                    standings = time.monotonic() - begin
        seconds = time.monotonic() - begin
    decisions = [path for run in set(folder.glob("*/")) - known for path in run.glob("decision.json")]
    if not decisions:
        raise RuntimeError(_last_line(folder / "progress.log"))
    return Selection(json.loads(decisions[0].read_text(encoding="utf-8")), standings, seconds)


def _source(model: Model) -> list[str]:
    if isinstance(model, Fetched):
        return [str(model.fetch()), "--samples", str(model.samples())]
    return [str(model.source), *(word for package in model.packages for word in ("--with", package))]


def _stands(run: Path) -> bool:
    """Whether a block of the race has ended: that is when the first standings are told."""
    try:
        return next(RunFolder.open_run(run).records(BlockTold), None) is not None
    except BadInput:  # its manifest is about to be written
        return False


@contextmanager
def _cache(*, fresh: bool) -> Iterator[Mapping[str, str]]:
    """The environment of a command; a fresh cache shares nothing but the environments that are built."""
    if not fresh:
        yield os.environ
        return
    with tempfile.TemporaryDirectory() as folder:
        built = cache_root() / "environments"
        built.mkdir(parents=True, exist_ok=True)
        (Path(folder) / "environments").symlink_to(built)
        yield {**os.environ, "FRAMEWATT_CACHE_DIR": folder}


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "framewatt select ended without a word"
