"""Gate a run against an earlier one: exit code 1 when it is dearer beyond doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from framewatt.cli._options import format_option, share_option


@click.command("check")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--against", required=True, type=click.Path(path_type=Path), help="The earlier run folder.")
@share_option("--max-increase", "5%", "What is tolerated, e.g. 5% or 0.05.", below=10.0)
@click.option("--metric", type=click.Choice(["energy", "cpu_seconds", "sci"]), default="energy",
              show_default=True, help="What is compared, per unit.")  # fmt: skip
@click.option("--anchor", help="An unchanged candidate in both runs: what runs differ by is then less.")
@format_option("text", "json")
@click.pass_context
def command(context: click.Context, /, run: Path, against: Path, output: str, **rules: Any) -> None:
    """Compare RUN with an earlier run of the same work on the same machine.

    \b
    Exit codes: 0 no candidate is worse beyond doubt, 1 one is, 2 the runs cannot be compared.
    """  # noqa: D301 - click reads the escape
    import json

    from rich.console import Console

    from framewatt.reports.text.comparison import show_check
    from framewatt.studies.check import check, read_run

    metric = rules["metric"]
    document = check(read_run(run, metric), read_run(against, metric), **rules)
    if output == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        show_check(document, Console(highlight=False))
    context.exit(0 if document["passed"] else 1)
