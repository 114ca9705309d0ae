"""A decision's carbon in a handful of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.basis import View
from framewatt.carbon.decided import RunFigures
from framewatt.carbon.intensity import DECLARED
from framewatt.records.units import format_si, significant
from framewatt.reports.pages.savings import volume_of

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
    """What the work emits and what it would be elsewhere, where that is known or was asked for."""
    run = RunFigures.from_json(decision)
    yield from _of_volume(decision, run)
    yield from _rankings(run)


def _of_volume(decision: Json, run: RunFigures) -> Iterator[str]:
    """What so many units emit that people can picture it, of the first candidate that has figures."""
    measured = next((row for row in run.candidates if row.energy.value is not None), None)
    if measured is None or measured.footprint is None:
        return
    footprint, (volume, units) = measured.footprint, volume_of(decision)
    parts = {"": footprint.score, " in operation": footprint.operational}
    for alone, part in parts.items():
        if part.value is not None and run.basis.intensity is not None:
            emitted = format_si(part.value * units, "g")
            yield f"{volume}: {emitted} of CO2eq{alone} with {measured.name} ({run.basis.intensity.region})."
            return


def carbon_details(decision: Json) -> Iterator[str]:
    """What it rests on, and what is open."""
    run = RunFigures.from_json(decision)
    yield _intensity(run.basis)
    yield from _emitted(run)
    yield from _rankings(run)


def _emitted(run: RunFigures) -> Iterator[str]:
    """Of the first candidate that has figures: the chosen one, or the cheapest."""
    measured = next((row for row in run.candidates if row.energy.value is not None), None)
    if measured and measured.footprint:
        yield from _emissions(measured, measured.footprint, run)


def _rankings(run: RunFigures) -> Iterator[str]:
    """Regions and starting hours, where they were asked for."""
    intensity = run.basis.intensity
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
