"""Energy, CPU time and peak memory of any command."""

from __future__ import annotations

import json
import sys

import click

from framewatt.cli._options import declared, format_option

_STDERR = 2


@click.command(context_settings={"ignore_unknown_options": False})
@declared("meter")
@click.option(
    "--cpus",
    type=click.IntRange(min=1),
    help="CPUs that the work reserves; default: those usable within a cgroup's limit.",
)
@click.option(
    "--idle", type=click.FloatRange(min=0), default=0.0, help="Measure idle power first, for S seconds."
)
@format_option("text", "json")
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...")
def command(
    meter: str | None, cpus: int | None, idle: float, output: str, command_line: tuple[str, ...]
) -> None:
    """Run CMD and print its energy, CPU time and peak memory, children included.

    Its exit code is passed on. With --format json its standard output goes to standard error.
    """
    from framewatt.metering.host.inspection import reservable_cpus
    from framewatt.reports.text.measure import run_text
    from framewatt.studies.measure import build_document, measure

    reserved = cpus or reservable_cpus()
    run = measure(
        command_line,
        meter_name=meter,
        reserved_cpus=reserved,
        idle_seconds=idle,
        stdout=_STDERR if output == "json" else None,
    )
    document = build_document(run, reserved)
    click.echo(json.dumps(document, indent=2) if output == "json" else run_text(document))
    sys.exit(run.exit_code)
