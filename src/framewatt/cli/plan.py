"""Add up development, training and inference over the years; nothing is measured again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from framewatt.cli._options import declared, format_option, take_carbon


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
@declared("region", help="See carbon with this region's electricity.")
@declared("intensity")
@declared("network_energy")
@format_option("text", "json")
def command(runs: tuple[Path, ...], output: str, **options: Any) -> None:
    """Add up what every framework, and every pair of them, needs over its whole life.

    RUN is a run folder; that of a table brings its inference study along.
    """
    from rich.console import Console

    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.reports.text.plan import show_plan
    from framewatt.studies.plan import plan_runs

    carbon = take_carbon(options)
    plan = plan_runs(runs, Volumes(**options), carbon)
    if output == "json":
        click.echo(json.dumps(plan.to_json(), indent=2, allow_nan=False))
    else:
        show_plan(plan, Console(highlight=False))
