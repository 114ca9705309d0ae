"""An SCI score as a table of its parts, and the same work elsewhere and at other hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import significant
from framewatt.reports.figures import UNKNOWN
from framewatt.reports.page import Cell, Column, Page, Table, table, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.records import Json
    from framewatt.reports.page import Field

_FIELDS: list[Field] = [
    (Column("figure", "", left=True), lambda row: words(row["name"])),
    (Column("value", ""), lambda row: _figure(row["quantity"])),
    (Column("unit", "", left=True), lambda row: words(row["quantity"]["unit"])),
]


def score_page(document: Json) -> Page:
    """The page of a ``framewatt/sci/1`` document."""
    unit, score = document["functional_unit"]["name"], document["score"]
    value = UNKNOWN if score["value"] is None else f"{significant(score['value'], 6)} gCO2eq"
    headline = f"SCI of {document['software']}: {value} per {unit}."
    return Page(headline=headline, body=tuple(_tables(document)))


def _tables(document: Json) -> Iterator[Table]:
    parts = {
        "SCI": document["score"],
        "operational": document["operational"],
        "embodied": document["embodied"],
        "energy": document["totals"]["energy"],
        "intensity": document["intensity"]["quantity"],
    }
    for place in document.get("elsewhere") or ():
        parts[f"operational in {place['region']}"] = place["operational"]
    for start in document.get("starts") or ():
        parts[f"operational from {start['when']}"] = start["operational"]
    yield table("", _FIELDS, [{"name": name, "quantity": quantity} for name, quantity in parts.items()])


def _figure(quantity: Json) -> Cell:
    if quantity["value"] is None:
        return Cell(UNKNOWN)
    return Cell(significant(quantity["value"], 6), quantity["value"], quantity["low"], quantity["high"])
