"""Reading the tables that ship with the package (their sources: data/SOURCES.md)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

UNIT = "gCO2eq/kWh"
_OLD_YEARS = 5


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``data/<name>.csv``; a blank cell means unknown, never 0."""
    text = (files("framewatt.plugins.grids") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def published(row: dict[str, str], region: str, *, basis: str, source: str, licence: str) -> GridIntensity:
    """A table row's annual average as an intensity; a figure older than its table's others says so."""
    year = int(row["year"])
    return GridIntensity(
        region=region,
        quantity=Quantity(
            value=float(row["gco2eq_per_kwh"]),
            unit=UNIT,
            provenance=Provenance.PUBLISHED,
            reason=f"{source}, {year}, {basis}",
        ),
        kind=IntensityKind.AVERAGE,
        basis=basis,
        source=source,
        year=year,
        licence=licence,
        warnings=_age(row, year),
    )


_COUNTRY_BASIS = "lifecycle, annual average, location-based"
_COUNTRY_SOURCE = "Our World in Data, carbon intensity of electricity (Ember; Energy Institute)"
_COUNTRY_LICENCE = "CC BY 4.0"


def country_intensity(code: str) -> GridIntensity | None:
    """A country's newest annual figure by ISO-2 or ISO-3 code; None where there is none."""
    for row in read_table("country"):
        if code in (row["iso2"], row["iso3"]):
            return published(
                row, row["iso2"], basis=_COUNTRY_BASIS, source=_COUNTRY_SOURCE, licence=_COUNTRY_LICENCE
            )
    return None


def _age(row: dict[str, str], year: int) -> tuple[str, ...]:
    newest = max(int(other["year"]) for other in read_table("country"))
    if newest - year <= _OLD_YEARS:
        return ()
    return (f"the newest figure for {row.get('name', 'this region')} is of {year}",)
