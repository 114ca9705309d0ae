"""A decision's carbon in a handful of lines, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.basis import View
from framewatt.records.units import format_si, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.records import Json

_SHOWN = 3
"""So many of the lowest regions or starts are named; the document has all."""


def carbon_lines(decision: Json) -> Iterator[str]:
    """What the work emits, what that rests on, and what it would be elsewhere."""
    carbon = decision["carbon"]
    yield _intensity(carbon)
    raced = [row for row in decision["candidates"] if row["energy_per_unit"]["value"] is not None]
    if raced:
        yield from _emissions(raced[0], decision)
    if places := carbon.get("elsewhere"):
        named = ", ".join(_place(place, carbon["region"]) for place in _picked(places, carbon["region"]))
        yield f"The same work elsewhere, operational per {_unit(decision)}: {named}."
    if starts := carbon.get("starts"):
        named = "; ".join(f"{start['when']} {_grams(start['operational'])}" for start in starts[:_SHOWN])
        yield f"Best times to start, operational per {_unit(decision)}: {named}."
        if len(starts) > _SHOWN:
            yield f"Worst: {starts[-1]['when']} {_grams(starts[-1]['operational'])}."


def _intensity(carbon: Json) -> str:
    intensity = carbon["intensity"]
    if intensity["value"] is None:
        return f"Carbon intensity: not known ({intensity['reason']})."
    stands = f"{carbon['region']}, {carbon['kind']}"
    if carbon["source"] not in {None, "declared by the user"}:
        stands += f"; {carbon['source']}, {carbon['when'] or carbon['year'] or 'no year'}"
    pue = carbon["pue"]["value"]
    overhead = f", PUE {significant(pue)}" if pue is not None and pue != 1 else ""
    return f"Carbon intensity {significant(intensity['value'])} gCO2eq/kWh ({stands}){overhead}."


def _emissions(row: Json, decision: Json) -> Iterator[str]:
    score, operational, embodied = (row["sci"][part] for part in ("score", "operational", "embodied"))
    per = f"per {_unit(decision)} for {row['name']}"
    if decision["carbon"].get("view") == View.CONSEQUENTIAL and score["value"] is not None:
        yield f"What running it adds, {per}: {_grams(score)} (consequential view: no SCI score)."
    elif score["value"] is not None:
        parts = f"operational {_grams(operational)}, embodied {_grams(embodied)}"
        yield f"SCI {per}: {_grams(score)} ({parts})."
    else:
        known = {"Operational": operational, "Embodied": embodied}
        for name, part in known.items():
            if part["value"] is not None:
                yield f"{name} emissions {per}: {_grams(part)}."
        yield f"The SCI score is open: {score['reason']}."


def _picked(places: Sequence[Json], own: str | None) -> list[Json]:
    """The lowest ones, where the run is, and the highest."""
    last = len(places) - 1
    return [
        place
        for index, place in enumerate(places)
        if index < _SHOWN or index == last or place["region"] == own
    ]


def _place(place: Json, own: str | None) -> str:
    here = ", here" if place["region"] == own else ""
    return f"{place['region']} {_grams(place['operational'])} ({significant(place['relative'], 2)}×{here})"


def _grams(quantity: Json) -> str:
    if quantity["value"] is None:
        return "unknown"
    text = f"{format_si(quantity['value'], 'g')}CO2eq"
    if quantity["low"] is None or quantity["high"] is None:
        return text
    ends = [format_si(quantity[end], "g") for end in ("low", "high")]
    return f"{text} [{ends[0]} to {ends[1]}]"


def _unit(decision: Json) -> str:
    return str(decision["functional_unit"]["name"])
