"""Render a run again, for another region or in another format; nothing is measured."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from framewatt.cli._console import print_decision


@click.command(name="report")
@click.argument("run", type=click.Path())
@click.option("--format", "output", default="text", help="A reporter: text, json, ...")
@click.option("--region", help="See the same measurements with another region's electricity.")
@click.option("--intensity", type=float, help="Carbon intensity in gCO2eq/kWh, instead of --region.")
@click.option("-o", "--output", "target", type=click.Path(), help="Write to a file instead of stdout.")
def command(run: str, output: str, region: str | None, intensity: float | None, target: str | None) -> None:
    """Render RUN, a run folder, again."""
    from framewatt.document import build_decision, carbon_basis
    from framewatt.errors import StoreError
    from framewatt.plugins import find
    from framewatt.store import RunFolder

    reporter = find("reporters", output).module
    folder = RunFolder.open_run(Path(run))
    given = region is not None or intensity is not None
    decision = build_decision(folder, carbon_basis(region, intensity) if given else None)
    if target is None:
        print_decision(decision, output)
        return
    try:
        Path(target).write_bytes(reporter.render(decision.document))
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    click.echo(f"wrote {target}", file=sys.stderr)
