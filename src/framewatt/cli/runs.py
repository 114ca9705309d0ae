"""List the runs of a folder: when, what, what came of it, how long it took, how large it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from framewatt.cli._options import declared
from framewatt.cli._output import output_options
from framewatt.cli._reference import reference_to

if TYPE_CHECKING:
    from framewatt.cli._output import Output


@click.command(name="runs")
@declared("runs_dir")
@output_options()
def command(runs_dir: str, output: Output) -> None:
    """List the runs, newest first; the first is what `latest` means wherever a RUN is taken."""
    from framewatt.runs.listing import LATEST
    from framewatt.studies.runs import runs_document

    output.write(runs_document(Path(runs_dir)), reference_to(runs_dir, LATEST, runs_dir))
