"""The disclosure of a score, as the GSF's self-certification asks for it, as one JSON document.

The document (``framewatt/sci/1``) is what the calculator prints and what the reporters render: identity and
boundary, R, the score and its parts, each component with its kind and source, method, assumptions,
limitations, the calculation, and the consistency checks that a certifier makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.carbon import sci
from framewatt.carbon.boundary import assess, facility_energy
from framewatt.carbon.disclosure.checks import consistency_checks
from framewatt.records import Provenance, Quantity
from framewatt.records.arithmetic import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.carbon.boundary import Assessment, Boundary, Component

SCHEMA = "framewatt/sci/1"
SPECIFICATION = "Software Carbon Intensity Specification 1.1.0 (ISO/IEC 21031:2024)"
FORMULA = "SCI = ((E * I) + M) per R; O = E * PUE * I; M = TE * TS * RS, TS = reserved time / lifespan"
UNCERTAINTY = (
    "interval arithmetic: the score's ends follow from the low and high ends of E, I, M and R together, so "
    "the interval is never too narrow"
)


@dataclass(frozen=True, slots=True)
class DisclosureContext:
    """What the figures alone do not say: what was assessed, and within which limits."""

    software: str
    included: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]
    why_r: str
    how_counted: str
    sharing: str
    assumptions: tuple[str, ...]
    limitations: tuple[str, ...]
    view: str = "attributional"


def declared_context(boundary: Boundary) -> DisclosureContext:
    """The context of figures that a user typed in: they are theirs, and nothing was measured here."""
    names = tuple((item.name, "declared as part of the boundary") for item in boundary.components)
    return DisclosureContext(
        software="software as declared",
        included=names,
        excluded=(("everything that was not declared", "the calculator knows only what it was given"),),
        why_r="declared by the user",
        how_counted="declared by the user",
        sharing="each component is held for its reserved time, and in its reserved share",
        assumptions=("the declared energy covers everything behind the wall plug, idle time included",),
        limitations=("no figure was measured by framewatt: the score is as good as its inputs",),
    )


def disclosure(boundary: Boundary, context: DisclosureContext | None = None) -> dict[str, Any]:
    """The disclosure of a boundary.

    Raises:
        BadInput: as `assess` does.
    """
    said = context or declared_context(boundary)
    assessment = assess(boundary)
    energy = total(sci.KWH, *(facility_energy(item) for item in boundary.components))
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "specification": SPECIFICATION,
        "claim": "self-certified",
        "software": said.software,
        "functional_unit": {
            "name": boundary.units.unit,
            "count": boundary.units.to_json(),
            "why": said.why_r,
            "how_counted": said.how_counted,
        },
        "score": assessment.per_unit.score.to_json(),
        "operational": assessment.per_unit.operational.to_json(),
        "embodied": assessment.per_unit.embodied.to_json(),
        "totals": {
            "energy": energy.to_json(),
            "operational": assessment.period.operational.to_json(),
            "embodied": assessment.period.embodied.to_json(),
        },
        "boundary": {
            "included": [{"component": name, "reason": why} for name, why in said.included],
            "excluded": [{"component": name, "reason": why} for name, why in said.excluded],
        },
        "intensity": _intensity(boundary),
        "components": _components(boundary.components, assessment),
        "method": {
            "approach": approach([item.energy for item in boundary.components]),
            "view": said.view,
            "sharing": said.sharing,
            "formula": FORMULA,
            "uncertainty": UNCERTAINTY,
        },
        "assumptions": [*said.assumptions, *_pue_assumption(boundary.components)],
        "limitations": list(said.limitations),
        "warnings": list(boundary.warnings),
    }
    document["calculation"] = _calculation(document)
    document["checks"] = consistency_checks(document)
    return document


def approach(energies: Sequence[Quantity]) -> str:
    """Measurement, calculation or hybrid: whether the energies were measured, none of them, or some."""
    kinds = {energy.origin is Provenance.MEASURED for energy in energies}
    if kinds == {True}:
        return "measurement"
    return "hybrid" if True in kinds else "calculation"


def _intensity(boundary: Boundary) -> dict[str, Any]:
    known = boundary.intensity
    return {
        "quantity": boundary.intensity_quantity().to_json(),
        "region": known.region if known else None,
        "kind": known.kind.value if known else None,
        "basis": known.basis if known else None,
        "source": known.source if known else None,
        "year": known.year if known else None,
        "when": known.when if known else None,
        "licence": known.licence if known else None,
        "approach": "location-based" if known else None,
    }


def _components(components: Sequence[Component], assessment: Assessment) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name,
            "count": item.count,
            "energy": item.energy.to_json(),
            "pue": item.pue.to_json(),
            "facility_energy": facility_energy(item).to_json(),
            "total_embodied": item.total_embodied.to_json(),
            "lifespan": item.lifespan.to_json(),
            "reserved": item.reserved.to_json(),
            "resource_share": item.resource_share.to_json(),
            "operational": part.operational.to_json(),
            "embodied": part.embodied.to_json(),
            "kind": "measured" if approach([item.energy]) == "measurement" else "calculated",
            "energy_source": item.energy_source,
            "embodied_source": item.embodied_source,
        }
        for item, part in zip(components, assessment.components, strict=True)
    ]


def _pue_assumption(components: Sequence[Component]) -> list[str]:
    reasons = {item.pue.reason for item in components if item.pue.value == 1 and item.pue.reason}
    return [f"PUE not applicable: {reason}" for reason in sorted(reasons)]


def _calculation(document: dict[str, Any]) -> list[str]:
    totals, count = document["totals"], document["functional_unit"]["count"]
    intensity, name = document["intensity"]["quantity"], document["functional_unit"]["name"]
    return [
        f"E = {_written(totals['energy'])} (facility overhead included).",
        f"I = {_written(intensity)}.",
        f"O = E * I = {_written(totals['operational'])}.",
        f"M = sum of TE * TS * RS = {_written(totals['embodied'])}.",
        f"R = {count['value']:g} {name}.",
        f"SCI = (O + M) / R = {_written(document['score'])}.",
    ]


def _written(quantity: dict[str, Any]) -> str:
    if quantity["value"] is None:
        return f"not known ({quantity['reason']})"
    text = f"{quantity['value']:.10g} {quantity['unit']}"
    if quantity["low"] is not None:
        text += f" [{quantity['low']:.4g} to {quantity['high']:.4g}]"
    return text + (f" ({quantity['reason']})" if Quantity.from_json(quantity).weakest else "")
