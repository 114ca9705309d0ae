"""Write the beginning of something of your own: a model, a training task."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from framewatt.discovery import choices
from framewatt.errors import BadInput, StoreError
from framewatt.workload.paths import existing_file

_TEMPLATES = Path(__file__).parent / "templates"
_MODEL = "model"
_NO_WEIGHTS = 'WEIGHTS = ""'


@click.command(
    name="new", epilog="Examples: `framewatt new model net --weights w.pt`, `framewatt new task mytask`."
)
@click.argument("kind", metavar="KIND")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--weights", metavar="FILE", help="What a model's network is loaded with (.pt, .safetensors).")
def command(kind: str, folder: Path, weights: str | None) -> None:
    """Write a whole, working example of KIND (model, task) into a new FOLDER, to be changed."""
    known = sorted(path.name for path in _TEMPLATES.iterdir() if path.is_dir())
    if kind not in known:
        raise BadInput(f"no template {kind!r}{choices(kind, known)}")
    if weights and kind != _MODEL:
        raise BadInput(f"--weights goes with a {_MODEL}, not with a {kind}")
    file = existing_file(weights) if weights else None
    if folder.exists():
        raise BadInput(f"{folder}: exists already; name a new folder")
    try:
        shutil.copytree(_TEMPLATES / kind, folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}") from error
    if file is not None:
        _name_weights(folder / "model.py", file)
    click.echo(f"wrote {', '.join(sorted(path.name for path in folder.iterdir()))} to {folder}", err=True)


def _name_weights(code: Path, weights: Path) -> None:
    """Have the template's network loaded from this file."""
    text = code.read_text(encoding="utf-8")
    code.write_text(text.replace(_NO_WEIGHTS, f"WEIGHTS = {json.dumps(str(weights))}", 1), encoding="utf-8")
