"""A run's decision once more, for another place, view or factor; nothing is measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.carbon.basis import View
from framewatt.config import read_hardware_table
from framewatt.decision import Decision, build_decision, with_places, with_starts
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import inspect_host
from framewatt.records.units import parse_duration
from framewatt.runs.carbon_basis import restated_basis
from framewatt.runs.folder import RunFolder

if TYPE_CHECKING:
    from framewatt.carbon.basis import CarbonBasis
    from framewatt.carbon.network import Network


@dataclass(frozen=True, slots=True)
class Restated:
    """What a reader states anew about a run's carbon; None: as the run has it."""

    region: str | None = None
    intensity: float | None = None
    pue: float | None = None
    view: str | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            BadInput: two intensities, or no such view.
        """
        if self.region and self.intensity is not None:
            raise BadInput("--region and --intensity both give the carbon intensity; choose one")
        if self.view not in {None, *View}:
            raise BadInput(f"--view {self.view!r}: choose one of {', '.join(View)}")

    @property
    def gives_intensity(self) -> bool:
        """Whether the electricity is another than the run's."""
        return self.region is not None or self.intensity is not None


def restate_run(path: Path, carbon: Restated, network: Network | None) -> Decision:
    """The decision of the run in `path` under what was stated anew.

    Raises:
        BadInput: an unknown region, or an impossible figure.
        StoreError: there is no run.
    """
    run = RunFolder.open_run(path)
    return build_decision(run, _basis(run, carbon), network)


def _basis(run: RunFolder, carbon: Restated) -> CarbonBasis:
    """The machine's own hardware table counts only for a run of this machine."""
    here = inspect_host().cpu_model == run.manifest.host.cpu_model
    return restated_basis(
        run.manifest,
        region=carbon.region,
        intensity=carbon.intensity,
        pue=carbon.pue,
        view=carbon.view,
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
