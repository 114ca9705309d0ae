"""What the user typed becomes a workload: the plug-in that claims it opens it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.discovery import discover
from framewatt.errors import BadInput
from framewatt.workload.paths import missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from framewatt.discovery import Plugin
    from framewatt.records import Workload

_BUNDLED = Path(__file__).parent / "bundled"
_NAMED = 3
"""So many files of a folder are offered at most."""


def open_source(source: str, data: str | None = None) -> Workload:
    """The workload of the first plug-in that claims what the user typed, with or without ``--data``.

    Raises:
        BadInput: nobody knows this kind of thing, or it is broken.
    """
    plugins = discover("workloads").values()
    claiming = [plugin for plugin in plugins if plugin.module.claims(source)]
    for plugin in claiming:
        if getattr(plugin.module, "TAKES_DATA", False) == (data is not None):
            workload: Workload = plugin.module.open_workload(source)
            return workload if data is None else _with_data(workload, Path(data).expanduser().resolve())
    if claiming:
        takers = [p.module.TITLE for p in plugins if getattr(p.module, "TAKES_DATA", False)]
        reason = "it needs --data" if data is None else f"--data goes with: {', '.join(takers)}"
        raise BadInput(f"{source} ({claiming[0].module.TITLE}): {reason}")
    raise _unknown(source, plugins)


def _unknown(source: str, plugins: Iterable[Plugin]) -> BadInput:
    """Why nobody claims it: it is not there, it is a folder of files, or of a kind that is not known."""
    path = Path(source).expanduser()
    if not source.strip():
        return missing(source)
    if _BUNDLED.joinpath(source, "example.json").is_file():
        return BadInput(f"{source}: no such file; did you mean example:{source}?")
    if _BUNDLED.joinpath("tasks", source, "task.toml").is_file():
        return BadInput(f"{source}: no such file; did you mean task:{source}?")
    if not path.exists():
        return missing(source)
    takers = [plugin.module for plugin in plugins if not getattr(plugin.module, "ADVISES", False)]
    if path.is_dir():
        inside = [str(file) for file in sorted(path.iterdir())]
        found = [file for file in inside if any(taker.claims(file) for taker in takers)][:_NAMED]
        offer = f"select {' or '.join(found)}" if found else "it holds no model that framewatt knows"
        return BadInput(f"{source}: a folder; {offer}")
    kinds = ", ".join(taker.TITLE for taker in takers)
    return BadInput(f"{source}: not a model that framewatt knows (it takes: {kinds})")


def _with_data(workload: Workload, data: Path) -> Workload:
    """The workload whose identity is its own and its data's."""
    if not data.is_file():
        raise BadInput(f"--data {missing(str(data))}")
    digest = hashlib.sha256(workload.sha256.encode())
    with data.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return replace(workload, data=data, sha256=digest.hexdigest())
