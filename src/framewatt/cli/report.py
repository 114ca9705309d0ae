"""Render a run again, for another region or in another format; nothing is measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from framewatt.cli._console import comparison_text, print_comparison, print_decision
from framewatt.cli._options import declared, format_option, take_carbon

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command(
    name="report",
    epilog="Examples: `framewatt report RUN --region PL`, `framewatt report RUN --format sci -o sci.md`, "
    "`framewatt report RUN --where FR,PL,aws:eu-north-1`.",
)
@click.argument("run", type=click.Path(path_type=Path))
@format_option(explained="A reporter: text, json, sci, sci_json, if, ...")
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
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), help="Write to a file instead of stdout."
)
def command(run: Path, output: str, target: Path | None, **options: Any) -> None:
    """Render RUN, a run folder, again."""
    from framewatt.discovery import find
    from framewatt.studies.report import rank_elsewhere, restate_run, stored_comparison

    typed = _typed(options)
    reporter = find("reporters", output)
    where, when, time, view = (options.pop(name) for name in ("where", "when", "time", "view"))
    carbon = take_carbon(options)
    if comparison := stored_comparison(run, typed):
        if target is None:
            print_comparison(comparison, output)
        else:
            _write(target, comparison_text(comparison, output).encode())
        return
    decision = rank_elsewhere(restate_run(run, carbon, view), where, when, time)
    if target is None:
        print_decision(decision, output)
    else:
        _write(target, reporter.module.render(decision.document))


def _typed(options: Mapping[str, object]) -> list[str]:
    """Options that stand on the command line: a default of framewatt.toml may suit other runs alone."""
    context = click.get_current_context()
    return [name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]


def _write(target: Path, rendered: bytes) -> None:
    from framewatt.errors import StoreError

    try:
        target.write_bytes(rendered)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    click.echo(f"wrote {target}", err=True)
