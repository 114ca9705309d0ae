"""A stored decision under another region, machine or view: the same measurements, new carbon figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.carbon.decisions import quantity_from
from framewatt.carbon.views import View, carbon_block, disagreement, footprint, sci_block
from framewatt.records import Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.sci import Footprint
    from framewatt.carbon.views import CarbonBasis
    from framewatt.records import AuditWarning

_ENERGY = {View.ATTRIBUTIONAL: "energy_per_unit", View.CONSEQUENTIAL: "marginal_energy_per_unit"}


def restate(decision: Mapping[str, Any], basis: CarbonBasis) -> dict[str, Any]:
    """A copy of the decision with its ``carbon`` block and every candidate's ``sci`` computed for `basis`.

    Each candidate needs ``energy_per_unit`` (``marginal_energy_per_unit`` for the consequential view) and
    ``seconds_per_unit``; a candidate without them gets an open score with the reason.
    """
    candidates = [
        {**candidate, "sci": sci_block(_footprint(candidate, basis))} for candidate in decision["candidates"]
    ]
    return {**decision, "candidates": candidates, "carbon": carbon_block(basis)}


def views_warning(decision: Mapping[str, Any], consequential: CarbonBasis) -> AuditWarning | None:
    """A warning where the consequential view would choose another candidate than the run's own scores."""
    scored = [item for item in decision["candidates"] if item.get("sci")]
    attributional = {item["id"]: quantity_from(item["sci"]["score"]) for item in scored}
    other = {item["id"]: _footprint(item, consequential).score for item in scored}
    return disagreement(attributional, other)


def _footprint(candidate: Mapping[str, Any], basis: CarbonBasis) -> Footprint:
    energy = _figure(candidate, _ENERGY[basis.view], "J")
    return footprint(energy, _figure(candidate, "seconds_per_unit", "s"), basis)


def _figure(candidate: Mapping[str, Any], key: str, unit: str) -> Quantity:
    found = candidate.get(key)
    if found is None:
        return Quantity.unknown(unit, f"the run has no {key} for this candidate")
    return quantity_from(found)
