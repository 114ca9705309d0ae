"""Add up development, training and inference over the years; nothing is measured again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import declared, take_carbon
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.cli._output import Output


@click.command(
    name="plan",
    epilog="Example: `framewatt plan RUN --development-runs 200 --trainings-per-year 12 "
    "--inferences-per-year 5e8 --years 3`.",
)
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--development-runs", type=float, default=0.0, help="Edit-run loops until it works.")
@click.option("--trainings-per-year", type=float, default=0.0, help="Trained models a year.")
@click.option(
    "--inferences-per-year", type=float, default=0.0, help="Samples or rows that are scored a year."
)
@click.option("--years", type=float, default=1.0, help="How long the choice will last.")
@declared("region", help="See carbon with this region's electricity.")
@declared("intensity")
@declared("network_energy")
@declared("runs_dir")
@output_options()
def command(runs: tuple[str, ...], runs_dir: str, output: Output, **options: Any) -> None:
    """Add up what every framework, and every pair of them, needs over its whole life.

    RUN is a run folder, its name, or latest; that of a table brings its inference study along.
    """
    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.runs.listing import find_run
    from framewatt.studies.plan import plan_runs

    carbon = take_carbon(options)
    folders = [find_run(run, runs_dir) for run in runs]
    output.write(plan_runs(folders, Volumes(**options), carbon).to_json())
