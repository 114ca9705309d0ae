"""What the user typed becomes a workload: the plug-in that claims it opens it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.discovery import discover
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from framewatt.records import Workload


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
    kinds = ", ".join(plugin.module.TITLE for plugin in plugins)
    raise BadInput(f"{source}: not a model that framewatt knows (it takes: {kinds})")


def _with_data(workload: Workload, data: Path) -> Workload:
    """The workload whose identity is its own and its data's."""
    if not data.is_file():
        raise BadInput(f"--data {data}: no such file")
    digest = hashlib.sha256(workload.sha256.encode())
    with data.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return replace(workload, data=data, sha256=digest.hexdigest())
