"""Which pipeline trains what: by the format of what the user handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from framewatt.preparation import open_source
from framewatt.store import RunFolder
from framewatt.training import study, task_study

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.document import Decision
    from framewatt.progress import Progress
    from framewatt.request import SelectRequest


class _Pipeline(Protocol):
    def select(self, request: SelectRequest, progress: Progress | None) -> list[Decision]: ...

    def resume(self, path: Path, progress: Progress | None) -> list[Decision]: ...


_PIPELINES: dict[str, _Pipeline] = {"table": study, "task": task_study}


def select(request: SelectRequest, progress: Progress | None = None) -> list[Decision]:
    """Train what `request.source` is; see the pipelines."""
    return _PIPELINES[open_source(request.source).format].select(request, progress)


def resume(path: Path, progress: Progress | None = None) -> list[Decision]:
    """Go on with an interrupted training run."""
    workload = RunFolder.open_run(path).manifest["workload"]
    return _PIPELINES[workload["format"]].resume(path, progress)
