"""A run's decision once more, for another place, view or factor; nothing is measured."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.config import read_hardware_table
from framewatt.decision import Decision, build_decision, with_places, with_starts
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import inspect_host
from framewatt.records.units import parse_duration
from framewatt.runs.carbon_basis import restated_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.listing import inner_runs
from framewatt.studies.compare import build_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.records import Json
    from framewatt.runs.request import CarbonOptions


def stored_comparison(path: Path, stated_anew: Sequence[str]) -> Json | None:
    """The comparison of commands in the run in `path`; None where it is another study.

    Raises:
        BadInput: something about carbon is stated anew, of which a comparison says nothing.
        StoreError: there is no run.
    """
    run = RunFolder.open_run(path)
    if run.manifest.question is None:
        return None
    if stated_anew:
        option = f"--{stated_anew[0].replace('_', '-')}"
        raise BadInput(f"{path}: a comparison of commands says nothing about carbon; leave out {option}")
    return build_document(run)


def restate_run(path: Path, carbon: CarbonOptions, view: str | None) -> Decision:
    """The decision of the run in `path` under what was stated anew; the run's own `view` where None.

    Raises:
        BadInput: an unknown region, or an impossible figure.
        StoreError: there is no run.
    """
    run = RunFolder.open_run(path)
    return build_decision(run, _basis(run, carbon, view), carbon.network())


def restate_studies(path: Path, carbon: CarbonOptions, view: str | None) -> list[Decision]:
    """The same of the run and of every finished study inside it, as `select` returned them.

    Raises:
        BadInput: an unknown region, or an impossible figure.
        StoreError: there is no run.
    """
    inside = [run for run in inner_runs(path) if (run / "decision.json").exists()]
    return [restate_run(run, carbon, view) for run in (path, *inside)]


def _basis(run: RunFolder, carbon: CarbonOptions, view: str | None) -> CarbonBasis:
    """The machine's own hardware table counts only for a run of this machine."""
    here = inspect_host().cpu_model == run.manifest.host.cpu_model
    return restated_basis(
        run.manifest,
        region=carbon.region,
        intensity=carbon.intensity,
        pue=carbon.pue,
        view=view,
        hardware=read_hardware_table(Path.cwd()) if here else None,
    )


def rank_elsewhere(decision: Decision, where: str | None, when: str | None, time: str | None) -> Decision:
    """The decision with its ranking of regions and of hours, where they were asked for.

    Raises:
        BadInput: hours without the time that the work takes.
    """
    document = decision.document
    if where:
        document = with_places(document, where)
    if when:
        if time is None:
            raise BadInput("--when needs --time: how long the work runs")
        document = with_starts(document, when, timedelta(seconds=parse_duration(time)))
    return Decision(document)
