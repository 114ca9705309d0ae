"""The disclosure of a boundary's score, as the GSF's self-certification asks for it.

It is what the calculator prints and what the reporters render: identity and boundary, R, the score and its
parts, each component with its kind and source, method, assumptions, limitations, the calculation, and the
consistency checks that a certifier makes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.carbon import sci
from framewatt.carbon.boundary import assess, facility_energy
from framewatt.carbon.disclosure.checks import consistency_checks
from framewatt.carbon.disclosure.schema import (
    BoundaryLine,
    DisclosedComponent,
    DisclosedIntensity,
    Disclosure,
    FunctionalUnit,
    Method,
    SoftwareBoundary,
    Totals,
)
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


def disclosure(boundary: Boundary, context: DisclosureContext | None = None) -> Disclosure:
    """The disclosure of a boundary.

    Raises:
        BadInput: as `assess` does.
    """
    context = context or declared_context(boundary)
    assessment = assess(boundary)
    per_unit, period = assessment.per_unit, assessment.period
    energy = total(sci.KWH, *(facility_energy(item) for item in boundary.components))
    document = Disclosure(
        schema=SCHEMA,
        framewatt_version=__version__,
        specification=SPECIFICATION,
        claim="self-certified",
        software=context.software,
        functional_unit=FunctionalUnit(
            boundary.units.unit, boundary.units, context.why_r, context.how_counted
        ),
        score=per_unit.score,
        operational=per_unit.operational,
        embodied=per_unit.embodied,
        totals=Totals(energy, period.operational, period.embodied),
        boundary=SoftwareBoundary(_lines(context.included), _lines(context.excluded)),
        intensity=_intensity(boundary),
        components=_components(boundary.components, assessment),
        method=_method(boundary, context),
        assumptions=(*context.assumptions, *_pue_assumption(boundary.components)),
        limitations=context.limitations,
        warnings=boundary.warnings,
    )
    return replace(document, calculation=_calculation(document), checks=consistency_checks(document))


def approach(energies: Sequence[Quantity]) -> str:
    """Measurement, calculation or hybrid: whether the energies were measured, none of them, or some."""
    kinds = {energy.origin is Provenance.MEASURED for energy in energies}
    if kinds == {True}:
        return "measurement"
    return "hybrid" if True in kinds else "calculation"


def _lines(pairs: tuple[tuple[str, str], ...]) -> tuple[BoundaryLine, ...]:
    return tuple(BoundaryLine(component, reason) for component, reason in pairs)


def _method(boundary: Boundary, context: DisclosureContext) -> Method:
    return Method(
        approach=approach([item.energy for item in boundary.components]),
        view=context.view,
        sharing=context.sharing,
        formula=FORMULA,
        uncertainty=UNCERTAINTY,
    )


def _intensity(boundary: Boundary) -> DisclosedIntensity:
    known = boundary.intensity
    if known is None:
        return DisclosedIntensity(boundary.intensity_quantity())
    return DisclosedIntensity(
        quantity=known.quantity,
        region=known.region,
        kind=known.kind,
        basis=known.basis,
        source=known.source,
        year=known.year,
        when=known.when,
        licence=known.licence,
        approach="location-based",
    )


def _components(components: Sequence[Component], assessment: Assessment) -> tuple[DisclosedComponent, ...]:
    return tuple(
        DisclosedComponent(
            name=item.name,
            count=item.count,
            energy=item.energy,
            pue=item.pue,
            facility_energy=facility_energy(item),
            total_embodied=item.total_embodied,
            lifespan=item.lifespan,
            reserved=item.reserved,
            resource_share=item.resource_share,
            operational=part.operational,
            embodied=part.embodied,
            kind="measured" if approach([item.energy]) == "measurement" else "calculated",
            energy_source=item.energy_source,
            embodied_source=item.embodied_source,
        )
        for item, part in zip(components, assessment.components, strict=True)
    )


def _pue_assumption(components: Sequence[Component]) -> list[str]:
    reasons = {item.pue.reason for item in components if item.pue.value == 1 and item.pue.reason}
    return [f"PUE not applicable: {reason}" for reason in sorted(reasons)]


def _calculation(document: Disclosure) -> tuple[str, ...]:
    totals, unit = document.totals, document.functional_unit
    return (
        f"E = {_written(totals.energy)} (facility overhead included).",
        f"I = {_written(document.intensity.quantity)}.",
        f"O = E * I = {_written(totals.operational)}.",
        f"M = sum of TE * TS * RS = {_written(totals.embodied)}.",
        f"R = {unit.count.value:g} {unit.name}.",
        f"SCI = (O + M) / R = {_written(document.score)}.",
    )


def _written(quantity: Quantity) -> str:
    if quantity.value is None:
        return f"not known ({quantity.reason})"
    text = f"{quantity.value:.10g} {quantity.unit}"
    if quantity.low is not None:
        text += f" [{quantity.low:.4g} to {quantity.high:.4g}]"
    return text + (f" ({quantity.reason})" if quantity.weakest else "")
