"""Add up development, training and inference over the years; nothing is measured again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import keep_stronger, network_energy
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.carbon.network import Network


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
@network_energy
@click.option("--format", "output", default="text", help="text or json.")
def command(runs: tuple[str, ...], output: str, **options: Any) -> None:
    """Add up what every framework, and every pair of them, needs over its whole life.

    RUN is a run folder; that of a table brings its inference study along.
    """
    from framewatt.carbon.network import network_of
    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.lifecycle.plan import build_plan
    from framewatt.reports.text.plan import show_plan

    if output not in {"text", "json"}:
        raise BadInput(f"--format {output!r}: plan prints text or json")
    keep_stronger(options, "region", "intensity")
    region, intensity, stated = (options.pop(name) for name in ("region", "intensity", "network_energy"))
    if region and intensity is not None:
        raise BadInput("--region and --intensity both give the carbon intensity; choose one")
    volumes = Volumes(**options)
    network = None if stated is None else network_of(stated)
    plan = build_plan(list(_decisions(runs, region, intensity, network)), volumes, _exporting())
    if output == "json":
        click.echo(json.dumps(plan, indent=2, allow_nan=False))
    else:
        show_plan(plan)


def _exporting() -> dict[str, tuple[str, ...]]:
    """Each framework's own formats that somebody exports to ONNX."""
    from framewatt.discovery import discover

    modules = {name: plugin.module for name, plugin in discover("frameworks").items()}
    exported = {known for module in modules.values() for known in getattr(module, "EXPORTS", ())}
    formats = {name: tuple(set(module.ACCEPTS) & exported) for name, module in modules.items()}
    return {name: own for name, own in formats.items() if own}


def _decisions(
    runs: tuple[str, ...], region: str | None, intensity: float | None, network: Network | None
) -> Iterator[Mapping[str, Any]]:
    """The decisions of all runs, and of studies that lie inside them; each once."""
    from framewatt.decision import build_decision
    from framewatt.runs.carbon_basis import restated_basis
    from framewatt.runs.folder import RunFolder

    given = region is not None or intensity is not None
    folders = [folder for run in runs for folder in (Path(run), *_inside(Path(run)))]
    for path in {folder.resolve(): folder for folder in folders}.values():
        run = RunFolder.open_run(path)
        basis = restated_basis(run.manifest, region=region, intensity=intensity) if given else None
        yield build_decision(run, basis, network).document


def _inside(run: Path) -> list[Path]:
    """Run folders that lie in a run's folder: the inference study of a table."""
    return sorted(manifest.parent for manifest in run.glob("*/manifest.json"))
