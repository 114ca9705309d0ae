"""What this machine is, which meters work, and how far an energy figure here can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.cli._output import Output


@click.command()
@output_options()
def command(output: Output) -> None:
    """Say what this machine is, which meters work, and how far an energy figure here can be trusted."""
    from framewatt.studies.doctor import machine_document

    output.write(machine_document())
