"""Countries: the annual lifecycle intensity of Our World in Data, by ISO code (FR, FRA)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.plugins.grids._tables import country_intensity, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from framewatt.records import GridIntensity

TITLE = "Countries (Our World in Data: Ember, Energy Institute)"
RANK = 10

_CODE_LENGTHS = (2, 3)
_ALIASES = {"UK": "GB", "EL": "GR"}
"""In wide use; ISO 3166 reserves them."""


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
    if figure := country_intensity(_ALIASES.get(code, code)):
        return figure
    raise BadInput(f"no carbon intensity is known for the country {region!r}")


def hours(region: str) -> Sequence[GridIntensity]:  # noqa: ARG001 - the contract's signature
    """Nothing: the table is annual."""
    return ()


def fallback(region: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: a table always answers."""
    return None
