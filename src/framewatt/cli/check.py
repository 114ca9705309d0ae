"""Gate a run against an earlier one: exit code 1 when it is dearer beyond doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import declared, share_option
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.cli._output import Output


@click.command("check")
@click.argument("run")
@click.option("--against", required=True, metavar="RUN", help="The earlier run.")
@share_option("--max-increase", "5%", "What is tolerated, e.g. 5% or 0.05.", below=10.0)
@click.option("--metric", type=click.Choice(["energy", "cpu_seconds", "sci"]), default="energy",
              show_default=True, help="What is compared, per unit.")  # fmt: skip
@click.option("--anchor", help="An unchanged candidate in both runs: what runs differ by is then less.")
@declared("runs_dir")
@output_options()
@click.pass_context
def command(
    context: click.Context, /, run: str, against: str, runs_dir: str, output: Output, **rules: Any
) -> None:
    """Compare RUN (a folder, its name, or latest) with an earlier run of the same work on the same machine.

    \b
    Exit codes: 0 no candidate is worse beyond doubt, 1 one is, 2 the runs cannot be compared.
    """  # noqa: D301 - click reads the escape
    from framewatt.runs.listing import find_run
    from framewatt.studies.check import check, read_run

    metric = rules["metric"]
    new, old = (read_run(find_run(named, runs_dir), metric) for named in (run, against))
    document = check(new, old, **rules)
    output.write(document)
    context.exit(0 if document["passed"] else 1)
