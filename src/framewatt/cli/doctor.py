"""What this machine is, which meters work, and how far an energy figure here can be trusted."""

from __future__ import annotations

import json

import click

from framewatt.cli._options import format_option


@click.command()
@format_option("text", "json")
def command(output: str) -> None:
    """Say what this machine is, which meters work, and how far an energy figure here can be trusted."""
    from framewatt.reports.text.doctor import machine_text
    from framewatt.studies.doctor import machine_document

    document = machine_document()
    click.echo(json.dumps(document, indent=2) if output == "json" else machine_text(document))
