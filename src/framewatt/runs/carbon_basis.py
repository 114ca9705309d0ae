"""What turns a run's energy into carbon: looked up once when a study begins, and kept in its manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import KIND_OF, CarbonBasis, View, basis_for, basis_from
from framewatt.carbon.hardware import hardware_from_table
from framewatt.carbon.intensity import intensity_or_reason, resolve_intensity
from framewatt.errors import BadInput
from framewatt.records import Objective

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.hardware import Hardware
    from framewatt.runs.manifest import Manifest
    from framewatt.runs.request import SelectRequest


def basis_of(request: SelectRequest, hardware: Mapping[str, Any] | None) -> CarbonBasis:
    """The basis of a new study; open, with the reason, where the region's source does not answer.

    Args:
        request: Region or intensity, PUE and view.
        hardware: The ``[hardware]`` table of framewatt.toml.

    Raises:
        BadInput: an unknown region, or an impossible figure.
    """
    view = View(request.carbon.view)
    grid, reason = intensity_or_reason(request.carbon.region, request.carbon.intensity, kind=KIND_OF[view])
    basis = basis_for(grid, _machine(hardware), pue=request.carbon.pue, view=view)
    return replace(basis, no_intensity=reason) if reason else basis


def require_score(basis: CarbonBasis, objective: str) -> None:
    """Refuse a race for carbon whose scores would be open, before anything is measured.

    Raises:
        BadInput: a part of the score is not known, or all scores would be 0.
    """
    if objective != Objective.CARBON:
        return
    reason = basis.open_reason()
    if reason or basis.charges_nothing():
        reason = reason or "every candidate's score would be 0"
        raise BadInput(f"--objective carbon cannot be decided: {reason}")


def stored_basis(manifest: Manifest) -> CarbonBasis:
    """The basis that a run began with: no second look-up, whose answer might differ or fail."""
    kept = manifest.carbon
    return basis_from(kept) if kept else CarbonBasis(no_intensity="the run was made without carbon figures")


def restated_basis(  # noqa: PLR0913 - what `report` may change, by name
    manifest: Manifest,
    *,
    region: str | None = None,
    intensity: float | None = None,
    pue: float | None = None,
    view: str | None = None,
    hardware: Mapping[str, Any] | None = None,
) -> CarbonBasis:
    """A run's basis with another region, intensity, PUE or view; what is not given stays as it was.

    `hardware` counts only where the run knew no machine: M belongs to the one that it was measured on.

    Raises:
        BadInput: an unknown region, or an impossible figure.
        GridUnavailable: a live source does not answer.
    """
    own = stored_basis(manifest)
    chosen = View(view) if view else own.view
    machine = own.hardware or _machine(hardware)
    stated = pue if pue is not None else manifest.request.carbon.pue
    if region is None and intensity is None:
        kept = replace(own, hardware=machine, view=chosen)
        return kept if pue is None else replace(kept, pue=basis_for(None, pue=pue).pue)
    grid = resolve_intensity(region, intensity, kind=KIND_OF[chosen])
    return basis_for(grid, machine, pue=stated, view=chosen)


def _machine(table: Mapping[str, Any] | None) -> Hardware | None:
    return hardware_from_table(table) if table else None
