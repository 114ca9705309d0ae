"""Add up development, training and inference over the years; nothing is measured again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from framewatt.cli._options import keep_stronger, network_energy
from framewatt.errors import BadInput


@click.command(
    name="plan",
    epilog="Example: `framewatt plan RUN --development-runs 200 --trainings-per-year 12 "
    "--inferences-per-year 5e8 --years 3`.",
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option("--development-runs", type=float, default=0.0, help="Edit-run loops until it works.")
@click.option("--trainings-per-year", type=float, default=0.0, help="Trained models a year.")
@click.option(
    "--inferences-per-year", type=float, default=0.0, help="Samples or rows that are scored a year."
)
@click.option("--years", type=float, default=1.0, help="How long the choice will last.")
@click.option("--region", help="See carbon with this region's electricity.")
@click.option("--intensity", type=float, help="Carbon intensity in gCO2eq/kWh, instead of --region.")
@network_energy
@click.option("--format", "output", default="text", help="text or json.")
def command(runs: tuple[Path, ...], output: str, **options: Any) -> None:
    """Add up what every framework, and every pair of them, needs over its whole life.

    RUN is a run folder; that of a table brings its inference study along.
    """
    from rich.console import Console

    from framewatt.carbon.network import network_of
    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.reports.text.plan import show_plan
    from framewatt.studies.plan import plan_runs
    from framewatt.studies.report import Restated

    if output not in {"text", "json"}:
        raise BadInput(f"--format {output!r}: plan prints text or json")
    keep_stronger(options, "region", "intensity")
    region, intensity, stated = (options.pop(name) for name in ("region", "intensity", "network_energy"))
    carbon = Restated(region, intensity)
    network = None if stated is None else network_of(stated)
    plan = plan_runs(runs, Volumes(**options), carbon, network)
    if output == "json":
        click.echo(json.dumps(plan, indent=2, allow_nan=False))
    else:
        show_plan(plan, Console(highlight=False))
