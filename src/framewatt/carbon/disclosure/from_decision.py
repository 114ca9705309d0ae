"""From a decision document to disclosures: whatever a run measured, nothing is measured again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from framewatt.carbon import sci
from framewatt.carbon.ai import DRAFT, SIDE_OF
from framewatt.carbon.basis import View
from framewatt.carbon.boundary import Boundary, Component
from framewatt.carbon.disclosure.document import DisclosureContext, disclosure
from framewatt.errors import BadInput
from framewatt.records import GridIntensity, Provenance, Quantity, Scope, Stage
from framewatt.records.arithmetic import product, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EXCLUDED = (
    ("network and clients", "the framework does not decide what happens outside this machine"),
    (
        "training, conversion and installation",
        "each has its own energy under phases; a unit of work does not repeat them",
    ),
)
_CONDITIONS = ("cpu", "threads", "batch", "scenario")
_UNITS = 1e6
"""A score per unit is disclosed for a period of at least so many units, or of one hour if that is longer."""


def disclosures(decision: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A disclosure for each measured candidate, the selected ones first.

    Raises:
        BadInput: no candidate was measured, or the document is of the consequential view.
    """
    if decision["carbon"].get("view", View.ATTRIBUTIONAL) != View.ATTRIBUTIONAL:
        raise BadInput(
            "a disclosure is of the attributional view (reserved energy, average intensity, M); "
            "render the run again without --view consequential"
        )
    measured = {
        item["id"]: item
        for item in decision["candidates"]
        if (item.get("energy_per_unit") or {}).get("value") is not None
    }
    if not measured:
        raise BadInput("no candidate of this run has an energy figure: there is nothing to disclose")
    order = [key for key in decision.get("selected") or () if key in measured]
    order += [key for key in measured if key not in order]
    found = {key: _disclosed(decision, measured[key]) for key in order}
    rankings = {
        key: decision["carbon"][key] for key in ("elsewhere", "starts") if decision["carbon"].get(key)
    }
    found[order[0]] |= rankings
    return found


def boundary_of(decision: Mapping[str, Any], candidate: str) -> Boundary:
    """A measured candidate's work as a boundary: to rank places and hours for it.

    Raises:
        BadInput: no candidate of this id.
    """
    found = next((item for item in decision["candidates"] if item["id"] == candidate), None)
    if found is None:
        raise BadInput(f"no candidate {candidate!r} in this run")
    return _boundary(decision, found)[0]


def wall_energy(candidate: Mapping[str, Any]) -> Quantity:
    """A candidate's reserved energy per unit at the wall: as metered, and what a package counter misses."""
    energy = Quantity.from_json(candidate["energy_per_unit"])
    stated = candidate.get("platform_remainder")
    if energy.value is None or energy.scope is Scope.WALL or not stated or stated["value"] is None:
        return energy
    return total(energy.unit, energy, Quantity.from_json(stated), scope=Scope.WALL)


def _disclosed(decision: Mapping[str, Any], candidate: Mapping[str, Any]) -> dict[str, Any]:
    document = disclosure(*_boundary(decision, candidate))
    if stage := decision.get("stage"):
        document["ai"] = {"score": SIDE_OF[Stage(stage)].value, "stage": stage, "status": DRAFT}
    return document


def _boundary(
    decision: Mapping[str, Any], candidate: Mapping[str, Any]
) -> tuple[Boundary, DisclosureContext]:
    carbon, name = decision["carbon"], _unit_name(decision)
    hardware = {key: carbon["embodied"][key] for key in ("total", "lifespan", "reserved_share", "part")}
    known = {key: Quantity.from_json(value) for key, value in hardware.items()}
    share = product("1", known["reserved_share"], known["part"])
    reserved = _reserved_hours(candidate, carbon["embodied"])
    units = _round_number(reserved)
    energy = wall_energy(candidate)
    intensity = GridIntensity.from_json(carbon)
    component = Component(
        name=carbon["embodied"].get("description") or "the machine of the run",
        energy=energy.scaled(units * _kwh(energy.unit), sci.KWH),
        pue=Quantity.from_json(carbon["pue"]),
        total_embodied=known["total"],
        lifespan=known["lifespan"],
        reserved=reserved.scaled(units, "h"),
        resource_share=share,
        energy_source=_energy_source(decision, candidate),
        embodied_source=carbon["embodied"].get("source") or "not stated",
    )
    counted = Quantity(units, name, Provenance.MEASURED)
    told = (*carbon.get("warnings", ()), *_sentences(decision, candidate["id"]))
    warnings = tuple(dict.fromkeys(told))
    reason = carbon["intensity"].get("reason") or "no carbon intensity"
    boundary = Boundary((component,), counted, intensity, reason, warnings)
    return boundary, _context(decision, candidate, component.name)


def _reserved_hours(candidate: Mapping[str, Any], machine: Mapping[str, Any]) -> Quantity:
    """Hours of reserved hardware per unit: those that its sharing fixes, else the unit's own time."""
    embodied = (candidate.get("sci") or {}).get("embodied")
    if not embodied or embodied["value"] is None:
        return Quantity.unknown("h", (embodied or {}).get("reason") or "M is open")
    if fixed := machine.get("hours"):
        return Quantity.from_json(fixed)
    return Quantity.from_json(candidate["seconds_per_unit"]).scaled(1 / 3600, "h")


def _round_number(reserved: Quantity) -> float:
    if not reserved.value:
        return _UNITS
    return max(_UNITS, 10.0 ** math.ceil(math.log10(1 / reserved.value)))


def _kwh(unit: str) -> float:
    return sci.energy_unit(unit)[1]


def _unit_name(decision: Mapping[str, Any]) -> str:
    unit = decision.get("functional_unit") or "unit"
    return str(unit.get("name", "unit")) if isinstance(unit, dict) else str(unit)


def _energy_source(decision: Mapping[str, Any], candidate: Mapping[str, Any]) -> str:
    meter = decision.get("meter") or {}
    said = f"meter {meter.get('name', 'not stated')}, {meter.get('provenance', 'provenance not stated')}"
    added = candidate.get("platform_remainder")
    return f"{said}; and what it does not see: {added['reason']}" if added and added["value"] else said


def _context(decision: Mapping[str, Any], candidate: Mapping[str, Any], machine: str) -> DisclosureContext:
    workload = _said(decision.get("workload"))
    return DisclosureContext(
        software=f"{workload} under {candidate['id']}",
        included=((machine, "all that the work holds, its idle share included, at the wall"),),
        excluded=_EXCLUDED,
        why_r=f"one {_unit_name(decision)} is the unit in which the study compared its candidates",
        how_counted="by the worker, in metered windows of a steady state",
        sharing=decision["carbon"]["embodied"]["sharing"],
        assumptions=(
            f"the figures hold as measured: {_conditions(decision)}",
            f"energy by {_energy_source(decision, candidate)}",
        ),
        limitations=tuple(_limitations(decision)),
    )


def _conditions(decision: Mapping[str, Any]) -> str:
    valid = decision.get("valid_for") or {}
    found = {key: valid[key] for key in _CONDITIONS if valid.get(key) is not None}
    return _said(found)


def _limitations(decision: Mapping[str, Any]) -> Iterable[str]:
    meter = decision.get("meter") or {}
    if not decision.get("selected"):
        verdict = decision.get("verdict") or "not stated"
        yield f"the study selected no candidate (verdict: {verdict}); this one is listed first, not chosen"
    if meter.get("provenance") != Provenance.MEASURED:
        yield "the energy is estimated, not measured: its interval is part of the score's"
    yield "steady state only: start, loading and warm-up of the framework are phases of their own"


def _sentences(decision: Mapping[str, Any], candidate: str) -> list[str]:
    return [
        str(warning["message"])
        for warning in decision.get("warnings") or ()
        if warning.get("candidate") in (None, candidate)
    ]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        if "name" in value:
            return str(value["name"])
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value) if value else "not stated"
