"""Render a run again, for another region or in another format; nothing is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from framewatt.cli._console import print_decision
from framewatt.cli._options import keep_stronger, network_energy


@click.command(
    name="report",
    epilog="Examples: `framewatt report RUN --region PL`, `framewatt report RUN --format sci -o sci.md`, "
    "`framewatt report RUN --where FR,PL,aws:eu-north-1`.",
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", "output", default="text", help="A reporter: text, json, sci, sci_json, if, ...")
@click.option("--region", help="See the same measurements with another region's electricity.")
@click.option("--intensity", type=float, help="Carbon intensity in gCO2eq/kWh, instead of --region.")
@click.option("--pue", type=float, help="Power usage effectiveness of the data centre, at least 1.")
@click.option("--view", help="attributional (SCI) or consequential; the run's own by default.")
@network_energy
@click.option(
    "--where", help="Rank the same work in other regions: FR,PL,aws:eu-north-1; or all of a source: country."
)
@click.option("--when", help="Rank starting hours: an hourly CSV file, or a live region (needs --time).")
@click.option("--time", help="How long the work would run once it is started, e.g. 3h.")
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), help="Write to a file instead of stdout."
)
def command(run: Path, output: str, target: Path | None, **options: Any) -> None:
    """Render RUN, a run folder, again."""
    from framewatt.carbon.network import network_of
    from framewatt.discovery import find
    from framewatt.studies.report import Restated, rank_elsewhere, restate_run

    where, when, time, stated = (options.pop(name) for name in ("where", "when", "time", "network_energy"))
    network = None if stated is None else network_of(stated)
    reporter = find("reporters", output)
    keep_stronger(options, "region", "intensity")
    decision = rank_elsewhere(restate_run(run, Restated(**options), network), where, when, time)
    if target is None:
        print_decision(decision, output)
    else:
        _write(target, reporter.module.render(decision.document))


def _write(target: Path, rendered: bytes) -> None:
    from framewatt.errors import StoreError

    try:
        target.write_bytes(rendered)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    click.echo(f"wrote {target}", err=True)
