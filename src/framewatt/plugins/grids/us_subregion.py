"""US eGRID subregions: the annual direct output intensity of the EPA (us:CAMX)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.plugins.grids._tables import published, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from framewatt.records import GridIntensity

TITLE = "US subregions (EPA eGRID)"
RANK = 10

_PREFIX = "us:"
_BASIS = "direct output CO2e, annual average, location-based"
_SOURCE = "EPA eGRID2023 rev 2, table 1"
_LICENCE = "US public domain"


def covers(region: str) -> bool:
    """``us:`` and a subregion's acronym."""
    return region.lower().startswith(_PREFIX)


def regions() -> Mapping[str, str]:
    """Subregions and their names."""
    return {f"{_PREFIX}{row['subregion']}": row["name"] for row in read_table("us_subregion")}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:  # noqa: ARG001 - annual figures
    """The subregion's annual figure.

    Raises:
        BadInput: no subregion has this acronym.
    """
    code = region[len(_PREFIX) :].upper()
    for row in read_table("us_subregion"):
        if row["subregion"] == code:
            return published(row, f"{_PREFIX}{code}", basis=_BASIS, source=_SOURCE, licence=_LICENCE)
    raise BadInput(f"no eGRID subregion is called {code!r}")


def hours(region: str) -> Sequence[GridIntensity]:  # noqa: ARG001 - the contract's signature
    """Nothing: the table is annual."""
    return ()


def fallback(region: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: a table always answers."""
    return None
