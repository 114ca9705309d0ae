"""A stored decision under another region, machine or view: the same measurements, new carbon figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import (
    NO_HARDWARE,
    NO_REGION,
    CarbonBasis,
    View,
    carbon_block,
    disagreement,
    footprint,
)
from framewatt.carbon.disclosure.from_decision import wall_energy
from framewatt.carbon.hardware import Hardware
from framewatt.records import GridIntensity, Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.sci import Footprint
    from framewatt.records import AuditWarning

_RACED = {Status.MEASURED, Status.ELIMINATED}
_WITHIN_IDLE = "what the work adds cannot be told from the idle machine"
_ENERGY = {View.ATTRIBUTIONAL: "energy_per_unit", View.CONSEQUENTIAL: "marginal_energy_per_unit"}


def restate(decision: Mapping[str, Any], basis: CarbonBasis) -> dict[str, Any]:
    """A copy of the decision with its ``carbon`` block and every candidate's ``sci`` computed for `basis`.

    Each candidate needs ``energy_per_unit`` (``marginal_energy_per_unit`` for the consequential view) and
    ``seconds_per_unit``; a candidate without them gets an open score with the reason.
    """
    candidates = [
        {**candidate, "sci": _footprint(candidate, basis).to_json()} for candidate in decision["candidates"]
    ]
    return {**decision, "candidates": candidates, "carbon": carbon_block(basis)}


def basis_from(carbon: Mapping[str, Any]) -> CarbonBasis:
    """The basis that a ``carbon`` block was made from, so that a stored one needs no second look-up.

    Holds for a batch job, the only sharing that a study has today.
    """
    machine, total = carbon["embodied"], Quantity.from_json(carbon["embodied"]["total"])
    described = machine.get("description") is not None
    hardware = Hardware(
        total=total,
        lifespan_hours=Quantity.from_json(machine["lifespan"]),
        reserved_share=Quantity.from_json(machine["reserved_share"]),
        description=machine.get("description") or "",
        source=machine.get("source") or "",
    )
    return CarbonBasis(
        intensity=GridIntensity.from_json(carbon),
        hardware=hardware if described else None,
        pue=Quantity.from_json(carbon["pue"]),
        view=View(carbon["view"]),
        no_intensity=carbon["intensity"].get("reason") or NO_REGION,
        no_hardware=total.reason or NO_HARDWARE,
    )


def views_warning(decision: Mapping[str, Any]) -> AuditWarning | None:
    """A warning where the two views would choose different candidates of a run, beyond its margin.

    All candidates ran in one place, so the consequential order is that of their marginal energies, whatever
    the intensity. The attributional order is that of the scores, or of reserved energy while those are open.
    """
    raced = [item for item in decision["candidates"] if item.get("status", "measured") in _RACED]
    attributional = {item["id"]: Quantity.from_json(item["sci"]["score"]) for item in raced}
    seen_so = decision["carbon"]["view"] == View.ATTRIBUTIONAL
    if not seen_so or any(score.value is None for score in attributional.values()):
        attributional = {item["id"]: _energy(item, View.ATTRIBUTIONAL) for item in raced}
    consequential = {item["id"]: _energy(item, View.CONSEQUENTIAL) for item in raced}
    return disagreement(attributional, consequential, decision.get("margin", 0.0))


def _footprint(candidate: Mapping[str, Any], basis: CarbonBasis) -> Footprint:
    return footprint(_energy(candidate, basis.view), _figure(candidate, "seconds_per_unit", "s"), basis)


def _energy(candidate: Mapping[str, Any], view: View) -> Quantity:
    if view is View.ATTRIBUTIONAL and candidate.get("energy_per_unit"):
        return wall_energy(candidate)
    found = _figure(candidate, _ENERGY[view], "J")
    if found.value is not None and min(found.value, found.low or 0.0) < 0:
        return Quantity.unknown(found.unit, _WITHIN_IDLE, scope=found.scope)
    return found


def _figure(candidate: Mapping[str, Any], key: str, unit: str) -> Quantity:
    found = candidate.get(key)
    if found is None:
        return Quantity.unknown(unit, f"the run has no {key} for this candidate")
    return Quantity.from_json(found)
