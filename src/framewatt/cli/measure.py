"""Energy, CPU time and peak memory of any command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from framewatt.cli._options import declared
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.cli._output import Output

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
@output_options()
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...")
def command(
    meter: str | None, cpus: int | None, idle: float, output: Output, command_line: tuple[str, ...]
) -> None:
    """Run CMD and print its energy, CPU time and peak memory, children included.

    Its exit code is passed on. With another format than text its standard output goes to standard error, so
    that a program can read the document; with --output it stays.
    """
    from framewatt.metering.host.inspection import reservable_cpus
    from framewatt.studies.measure import build_document, measure

    reserved = cpus or reservable_cpus()
    run = measure(
        command_line,
        meter_name=meter,
        reserved_cpus=reserved,
        idle_seconds=idle,
        stdout=None if output.leaves_stdout_free else _STDERR,
    )
    output.write(build_document(run, reserved))
    sys.exit(run.exit_code)
