"""From runs to a plan: their decisions, and those of studies inside them, added up over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.decision import build_decision
from framewatt.discovery import discover
from framewatt.lifecycle.plan import build_plan
from framewatt.runs.carbon_basis import restated_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.listing import inner_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from framewatt.lifecycle.document import Plan
    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.records import Json
    from framewatt.runs.request import CarbonOptions


def plan_runs(runs: Sequence[Path], volumes: Volumes, carbon: CarbonOptions) -> Plan:
    """Add up the stages of every pair that the runs allow, with what is stated anew of carbon and network.

    Raises:
        BadInput: no run, runs that do not add up, or a volume of a stage that nobody studied.
    """
    return build_plan(list(_decisions(runs, carbon)), volumes, _exporting())


def _exporting() -> dict[str, tuple[str, ...]]:
    """Each framework's own formats that somebody exports to ONNX."""
    modules = {name: plugin.module for name, plugin in discover("frameworks").items()}
    exported = {known for module in modules.values() for known in getattr(module, "EXPORTS", ())}
    formats = {name: tuple(set(module.ACCEPTS) & exported) for name, module in modules.items()}
    return {name: own for name, own in formats.items() if own}


def _decisions(runs: Sequence[Path], carbon: CarbonOptions) -> Iterator[Json]:
    """The decisions of all runs, and of studies that lie inside them; each once."""
    region, intensity = carbon.region, carbon.intensity
    given = region is not None or intensity is not None
    folders = [folder for run in runs for folder in (run, *inner_runs(run))]
    for path in {folder.resolve(): folder for folder in folders}.values():
        run = RunFolder.open_run(path)
        basis = restated_basis(run.manifest, region=region, intensity=intensity) if given else None
        yield build_decision(run, basis, carbon.network()).document
