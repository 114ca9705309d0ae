"""What this machine is, which meters work, and how far an energy figure here can be trusted."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(form: str) -> None:
    """Say what this machine is, which meters work, and how far an energy figure here can be trusted."""
    from framewatt.reports.text.doctor import machine_text
    from framewatt.studies.doctor import machine_document

    document = machine_document()
    click.echo(json.dumps(document, indent=2) if form == "json" else machine_text(document))
