"""Write the beginning of something of your own: a training task."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from framewatt.errors import BadInput, StoreError

_TEMPLATES = Path(__file__).parent / "templates"


@click.command(name="new", epilog="Example: `framewatt new task mytask`, then `framewatt select mytask`.")
@click.argument("kind", metavar="KIND")
@click.argument("folder", type=click.Path(path_type=Path))
def command(kind: str, folder: Path) -> None:
    """Write a whole, working example of KIND (task) into a new FOLDER, to be changed."""
    known = sorted(path.name for path in _TEMPLATES.iterdir() if path.is_dir())
    if kind not in known:
        raise BadInput(f"no template {kind!r}; there is {', '.join(known)}")
    if folder.exists():
        raise BadInput(f"{folder}: exists already; name a new folder")
    try:
        shutil.copytree(_TEMPLATES / kind, folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}") from error
    click.echo(f"wrote {', '.join(sorted(path.name for path in folder.iterdir()))} to {folder}", err=True)
