"""Compare energy measurements made elsewhere: a verdict, ratios with intervals, and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from framewatt.cli._options import format_option, share_option


@click.command("analyse")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--candidate", required=True, help="Column that names what is compared.")
@click.option("--energy", required=True, help="Column with the energy of each run.")
@click.option("--unit", type=click.Choice(["J", "kJ", "MJ", "Wh", "kWh"]), help="Unit of that column.")
@click.option("--block", help="Column that says which runs were taken together: they are compared in pairs.")
@click.option("--by", default="", help="Columns, separated by commas: one verdict for each combination.")
@click.option("--time", help="Column with the time of each run; otherwise the rows are in order.")
@share_option("--margin", "2%", "Differences up to this count as equal.")
@share_option("--max-regret", "5%", "The most that a selection may cost more than the best.")
@format_option("text", "json")
def command(table: Path, by: str, margin: float, max_regret: float, output: str, **columns_of: Any) -> None:
    """Compare the candidates of a table of runs.

    \b
    Example:
      framewatt analyse emissions.csv --candidate project_name --energy energy_consumed --time timestamp
    """  # noqa: D301 - click reads the escape
    import json

    from rich.console import Console

    from framewatt.reports.text.comparison import show_analysis
    from framewatt.studies.analyse import Columns, Rules, analyse, read_table

    names = tuple(name.strip() for name in by.split(",") if name.strip())
    columns = Columns(by=names, **columns_of)
    document = analyse(read_table(table, columns), columns, table.name, Rules(margin, max_regret))
    if output == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        show_analysis(document, Console(highlight=False))
