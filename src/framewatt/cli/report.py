"""Render a run again, for another region or in another format; nothing is measured."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._console import print_decision
from framewatt.cli._options import keep_stronger, network_energy

if TYPE_CHECKING:
    from framewatt.carbon.basis import CarbonBasis
    from framewatt.decision import Decision
    from framewatt.runs.folder import RunFolder


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
@click.option("-o", "--output", "target", type=click.Path(), help="Write to a file instead of stdout.")
def command(run: Path, output: str, target: str | None, **options: Any) -> None:
    """Render RUN, a run folder, again."""
    from framewatt.carbon.network import network_of
    from framewatt.decision import build_decision
    from framewatt.discovery import find
    from framewatt.errors import StoreError
    from framewatt.runs.folder import RunFolder

    where, when, time = (options.pop(name) for name in ("where", "when", "time"))
    stated = options.pop("network_energy")
    network = None if stated is None else network_of(stated)
    reporter = find("reporters", output).module
    folder = RunFolder.open_run(run)
    decision = _elsewhere(build_decision(folder, _basis(folder, options), network), where, when, time)
    if target is None:
        print_decision(decision, output)
        return
    try:
        Path(target).write_bytes(reporter.render(decision.document))
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    click.echo(f"wrote {target}", file=sys.stderr)


def _basis(run: RunFolder, options: dict[str, Any]) -> CarbonBasis:
    from framewatt.carbon.basis import View
    from framewatt.config import read_hardware_table
    from framewatt.errors import BadInput
    from framewatt.metering.host.inspection import inspect_host
    from framewatt.runs.carbon_basis import restated_basis

    keep_stronger(options, "region", "intensity")
    if options["region"] and options["intensity"] is not None:
        raise BadInput("--region and --intensity both give the carbon intensity; choose one")
    if options["view"] not in {None, *View}:
        raise BadInput(f"--view {options['view']!r}: choose one of {', '.join(View)}")
    here = inspect_host().cpu_model == run.manifest["host"]["cpu_model"]
    hardware = read_hardware_table(Path.cwd()) if here else None
    return restated_basis(run.manifest, **options, hardware=hardware)


def _elsewhere(decision: Decision, where: str | None, when: str | None, time: str | None) -> Decision:
    """The decision with its ranking of regions and of hours, where they were asked for."""
    from framewatt.decision import Decision, with_places, with_starts
    from framewatt.errors import BadInput
    from framewatt.records.units import parse_duration

    document = decision.document
    if where:
        document = with_places(document, where)
    if when:
        if time is None:
            raise BadInput("--when needs --time: how long the work runs")
        document = with_starts(document, when, timedelta(seconds=parse_duration(time)))
    return Decision(document)
