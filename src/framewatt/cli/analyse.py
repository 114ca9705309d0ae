"""Compare energy measurements made elsewhere: a verdict, ratios with intervals, and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import share_option
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.cli._output import Output


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
@output_options()
def command(
    table: Path, by: str, margin: float, max_regret: float, output: Output, **columns_of: Any
) -> None:
    """Compare the candidates of a table of runs.

    \b
    Example:
      framewatt analyse emissions.csv --candidate project_name --energy energy_consumed --time timestamp
    """  # noqa: D301 - click reads the escape
    from framewatt.studies.analyse import Columns, Rules, analyse, read_table

    names = tuple(name.strip() for name in by.split(",") if name.strip())
    columns = Columns(by=names, **columns_of)
    rules = Rules(margin, max_regret)
    output.write(analyse(read_table(table, columns), columns, table.name, rules))
