"""Who watches a study that Python code asked for: by default whoever sits before a terminal or notebook."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from framewatt.api.notebook import NotebookProgress, in_notebook
from framewatt.reports.text.live import watch
from framewatt.studies.progress import Progress, Silent

if TYPE_CHECKING:
    from collections.abc import Iterator

Watching = Progress | bool | None
"""A watcher; True: one that fits the place; None: that where people see it; False: none."""


@contextmanager
def watched(progress: Watching) -> Iterator[Progress]:
    """The watcher of a study, for as long as that takes."""
    watcher = _chosen(progress)
    if isinstance(watcher, AbstractContextManager):
        with watcher:
            yield watcher
    else:
        yield watcher


def _chosen(progress: Watching) -> Progress:
    if progress is not None and not isinstance(progress, bool):
        return progress
    if progress is False:
        return Silent()
    if in_notebook():
        return NotebookProgress()
    return watch() if progress or sys.stderr.isatty() else Silent()
