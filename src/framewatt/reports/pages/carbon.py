"""A decision's carbon in a handful of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.basis import View
from framewatt.carbon.decided import RunFigures
from framewatt.carbon.intensity import DECLARED
from framewatt.records.units import format_si, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.carbon.decided import CandidateFigures
    from framewatt.carbon.places import PlaceRow
    from framewatt.carbon.sci import Footprint
    from framewatt.records import Json, Quantity

_SHOWN = 3
"""So many of the lowest regions or starts are named; the document has all."""


def carbon_lines(decision: Json) -> Iterator[str]:
    """What the work emits, what that rests on, and what it would be elsewhere."""
    run = RunFigures.from_json(decision)
    intensity = run.basis.intensity
    yield _intensity(run.basis)
    measured = next((row for row in run.candidates if row.energy.value is not None), None)
    if measured and measured.footprint:
        yield from _emissions(measured, measured.footprint, run)
    if run.elsewhere:
        own = intensity.region if intensity else None
        places = ", ".join(_place(place, own) for place in _picked(run.elsewhere, own))
        yield f"The same work elsewhere, operational per {run.unit}: {places}."
    if run.starts:
        starts = [f"{start.when} {_grams(start.operational)}" for start in run.starts]
        yield f"Best times to start, operational per {run.unit}: {'; '.join(starts[:_SHOWN])}."
        if len(starts) > _SHOWN:
            yield f"Worst: {starts[-1]}."


def _intensity(basis: CarbonBasis) -> str:
    intensity = basis.intensity
    if intensity is None or intensity.quantity.value is None:
        return f"Carbon intensity: not known ({basis.no_intensity})."
    stands = f"{intensity.region}, {intensity.kind}"
    if intensity.source != DECLARED:
        stands += f"; {intensity.source}, {intensity.when or intensity.year or 'no year'}"
    pue = basis.pue.value
    overhead = f", PUE {significant(pue)}" if pue is not None and pue != 1 else ""
    return f"Carbon intensity {significant(intensity.quantity.value)} gCO2eq/kWh ({stands}){overhead}."


def _emissions(row: CandidateFigures, footprint: Footprint, run: RunFigures) -> Iterator[str]:
    score, operational, embodied = footprint.score, footprint.operational, footprint.embodied
    per = f"per {run.unit} for {row.name}"
    if run.basis.view is View.CONSEQUENTIAL and score.value is not None:
        yield f"What running it adds, {per}: {_grams(score)} (consequential view: no SCI score)."
    elif score.value is not None:
        parts = f"operational {_grams(operational)}, embodied {_grams(embodied)}"
        yield f"SCI {per}: {_grams(score)} ({parts})."
    else:
        known = {"Operational": operational, "Embodied": embodied}
        for name, part in known.items():
            if part.value is not None:
                yield f"{name} emissions {per}: {_grams(part)}."
        yield f"The SCI score is open: {score.reason}."


def _picked(places: Sequence[PlaceRow], own: str | None) -> list[PlaceRow]:
    """The lowest ones, where the run is, and the highest."""
    last = len(places) - 1
    return [
        place for index, place in enumerate(places) if index < _SHOWN or index == last or place.region == own
    ]


def _place(place: PlaceRow, own: str | None) -> str:
    here = ", here" if place.region == own else ""
    return f"{place.region} {_grams(place.operational)} ({significant(place.relative, 2)}×{here})"


def _grams(quantity: Quantity) -> str:
    if quantity.value is None:
        return "unknown"
    text = f"{format_si(quantity.value, 'g')}CO2eq"
    if quantity.low is None or quantity.high is None:
        return text
    low, high = (format_si(end, "g") for end in (quantity.low, quantity.high))
    return f"{text} [{low} to {high}]"
