"""A training task: a folder with ``task.toml`` and one script per framework, or the house's ``task:NAME``."""

from __future__ import annotations

import hashlib
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.records import Stage, Workload

TITLE = "training task (a folder with task.toml, or task:NAME)"
_SCHEME = "task:"
_TASKS = Path(__file__).parent.parent.parent / "workload" / "bundled" / "tasks"
_SHARED = ("*.py", "scripts/*.py", "data/*.npz")
"""What the reference tasks have in common."""


def claims(source: str) -> bool:
    """Whether it is written ``task:NAME``, or is a folder that describes a task."""
    return source.startswith(_SCHEME) or (Path(source).expanduser() / "task.toml").is_file()


def open_workload(source: str) -> Workload:
    """The folder, and the hash of everything in it, and of what reference tasks share.

    Raises:
        BadInput: no reference task of that name.
    """
    folder = Path(source).expanduser().resolve()
    shared: list[Path] = []
    if source.startswith(_SCHEME):
        name = source.removeprefix(_SCHEME)
        known = sorted(path.parent.name for path in _TASKS.glob("*/task.toml"))
        if name not in known:
            raise BadInput(f"no reference task {name!r}; there is {', '.join(known)}")
        folder = _TASKS / name
        shared = [path for pattern in _SHARED for path in _TASKS.glob(pattern)]
    digest = hashlib.sha256()
    for path in sorted([*folder.iterdir(), *shared]):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return Workload(
        name=folder.name,
        kind="task",
        format="task",
        path=folder,
        sha256=digest.hexdigest(),
        stage=Stage.TRAINING,
    )
