"""Countries: the annual lifecycle intensity of Our World in Data, by ISO code (FR, FRA)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.grids._tables import published, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from framewatt.records import GridIntensity

TITLE = "Countries (Our World in Data: Ember, Energy Institute)"
RANK = 10

_BASIS = "lifecycle, annual average, location-based"
_SOURCE = "Our World in Data, carbon intensity of electricity (Ember; Energy Institute)"
_LICENCE = "CC BY 4.0"
_CODE_LENGTHS = (2, 3)


def covers(region: str) -> bool:
    """ISO 3166 codes of two or three letters."""
    return region.isalpha() and region.isascii() and len(region) in _CODE_LENGTHS


def regions() -> Mapping[str, str]:
    """ISO-2 codes and names."""
    return {row["iso2"]: row["name"] for row in read_table("country")}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:  # noqa: ARG001 - annual figures
    """The country's newest annual figure.

    Raises:
        BadInput: no country has this code, or no figure is known for it.
    """
    code = region.upper()
    for row in read_table("country"):
        if code in (row["iso2"], row["iso3"]):
            return published(row, row["iso2"], basis=_BASIS, source=_SOURCE, licence=_LICENCE)
    raise BadInput(f"no carbon intensity is known for the country {region!r}")
