"""Render a run again, for another region or in another format; nothing is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from framewatt.cli._options import declared, take_carbon
from framewatt.cli._output import FORMATS, output_options
from framewatt.cli._reference import reference_to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from framewatt.cli._output import Output
    from framewatt.records import Json
    from framewatt.runs.request import CarbonOptions


@click.command(
    name="report",
    epilog="Examples: `framewatt report latest --region PL`, `framewatt report RUN --format sci -o sci.md`, "
    "`framewatt report RUN --where FR,PL,aws:eu-north-1`.",
)
@click.argument("run")
@output_options(any_form=True, explained="A reporter: text, json, markdown, csv, sci, sci_json, if, ...")
@declared("region", help="See the same measurements with another region's electricity.")
@declared("intensity")
@declared("pue")
@declared("view", default=None, help="attributional (SCI) or consequential; the run's own by default.")
@declared("network_energy")
@click.option(
    "--where", help="Rank the same work in other regions: FR,PL,aws:eu-north-1; or all of a source: country."
)
@click.option("--when", help="Rank starting hours: an hourly CSV file, or a live region (needs --time).")
@click.option("--time", help="How long the work would run once it is started, e.g. 3h.")
@declared("runs_dir")
def command(run: str, runs_dir: str, output: Output, **options: Any) -> None:
    """Render RUN again: a run folder, its name, or latest."""
    from framewatt.runs.listing import find_run
    from framewatt.studies.report import stored_comparison

    typed = _typed(options)
    output = _with_reporter(output)
    places = {name: options.pop(name) for name in ("where", "when", "time")}
    view = options.pop("view")
    carbon = take_carbon(options)
    path = find_run(run, runs_dir)
    document = stored_comparison(path, typed) or _restated(path, carbon, view, places)
    output.write(document, reference_to(path.resolve(), run, runs_dir))


def _restated(path: Path, carbon: CarbonOptions, view: str | None, places: Mapping[str, Any]) -> Json:
    from framewatt.decision import studies_document
    from framewatt.studies.report import rank_elsewhere, restate_studies

    decisions = restate_studies(path, carbon, view)
    return studies_document([rank_elsewhere(decision, **places) for decision in decisions])


def _with_reporter(output: Output) -> Output:
    """A form that is not every document's is a reporter's, who tells of a run's own study."""
    if output.form in FORMATS:
        return output
    from framewatt.discovery import find
    from framewatt.reports.rendering import reported

    render = find("reporters", output.form).module.render
    return output.with_own({output.form: lambda document: reported(document, render)})


def _typed(options: Mapping[str, object]) -> list[str]:
    """Options that stand on the command line: a default of framewatt.toml may suit other runs alone."""
    context = click.get_current_context()
    return [name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
