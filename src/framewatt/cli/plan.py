"""Add up development, training and inference over the years; nothing is measured again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.errors import BadInput
from framewatt.units import format_si, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_JOULES_FROM = 3.6e6


@click.command(
    name="plan",
    epilog="Example: `framewatt plan RUN --development-runs 200 --trainings-per-year 12 "
    "--inferences-per-year 5e8 --years 3`.",
)
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--development-runs", type=float, default=0.0, help="Edit-run loops until it works.")
@click.option("--trainings-per-year", type=float, default=0.0, help="Trained models a year.")
@click.option(
    "--inferences-per-year", type=float, default=0.0, help="Samples or rows that are scored a year."
)
@click.option("--years", type=float, default=1.0, help="How long the choice will last.")
@click.option("--region", help="See carbon with this region's electricity.")
@click.option("--intensity", type=float, help="Carbon intensity in gCO2eq/kWh, instead of --region.")
@click.option("--format", "output", default="text", help="text or json.")
def command(
    runs: tuple[str, ...], region: str | None, intensity: float | None, output: str, **volumes: float
) -> None:
    """Add up what every framework, and every pair of them, needs over its whole life.

    RUN is a run folder; that of a table brings its inference study along.
    """
    from framewatt.lifecycle.plan import Volumes, build_plan
    from framewatt.plugins import discover

    if output not in {"text", "json"}:
        raise BadInput(f"--format {output!r}: plan prints text or json")
    exporting = {
        name for name, plugin in discover("frameworks").items() if getattr(plugin.module, "EXPORTS", ())
    }
    decisions = list(_decisions(runs, region, intensity))
    plan = build_plan(decisions, Volumes(**volumes), exporting)
    if output == "json":
        click.echo(json.dumps(plan, indent=2, allow_nan=False))
    else:
        _show(plan)


def _decisions(
    runs: tuple[str, ...], region: str | None, intensity: float | None
) -> Iterator[Mapping[str, Any]]:
    """The decisions of all runs, and of studies that lie inside them; each once."""
    from framewatt.carbon_basis import restated_basis
    from framewatt.document import build_decision
    from framewatt.store import RunFolder

    given = region is not None or intensity is not None
    folders = [folder for run in runs for folder in (Path(run), *Path(run).glob("*/manifest.json"))]
    seen = set()
    for folder in folders:
        path = folder.parent if folder.name == "manifest.json" else folder
        if path.resolve() not in seen:
            seen.add(path.resolve())
            run = RunFolder.open_run(path)
            basis = restated_basis(run.manifest, region=region, intensity=intensity) if given else None
            yield build_decision(run, basis).document


def _show(plan: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("framework", overflow="fold", min_width=20)
    for title in ("development", "training", "inference", "total", "carbon"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in plan["candidates"]:
        cells = [_energy(row["stages"][name]) for name in ("development", "training", "inference")]
        chosen = row["id"] == plan["selected"]
        carbon = row["carbon"]["value"]
        table.add_row(
            ("* " if chosen else "  ") + escape(row["name"]),
            *cells,
            _energy(row["total"]),
            "–" if carbon is None else format_si(carbon, "g"),
            style="bold" if chosen else None,
        )
    console.print(table)
    _show_break_even(plan, console)
    console.print(f"\n[bold]{escape(plan['advice'])}[/bold]")


def _show_break_even(plan: Mapping[str, Any], console: Any) -> None:
    from rich.markup import escape

    names = {row["id"]: row["name"] for row in plan["candidates"]}
    for one in plan["break_even"]:
        versus = escape(" or ".join(names[name] for name in one["between"]))
        volume = one["volume"]
        if volume["value"] is None:
            console.print(f"  {versus}: {escape(volume['reason'])}")
            continue
        span = " to ".join(f"{volume[end]:.2g}" for end in ("low", "high"))
        above = escape(names[one["changes_to"]])
        console.print(f"  {versus}: from {volume['value']:.3g} inferences a year ({span}) {above}")


def _energy(quantity: Mapping[str, Any]) -> str:
    """J, and kWh from one on."""
    value = quantity["value"]
    if value is None:
        return "–"
    return f"{significant(value / _JOULES_FROM)} kWh" if value >= _JOULES_FROM else format_si(value, "J")
