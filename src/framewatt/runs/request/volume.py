"""How much of the work is done in production: ``1M/day``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from framewatt.errors import BadInput
from framewatt.records.units import HOURS_PER_YEAR

_HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0}
_HOURS_OF = _HOURS | {"year": HOURS_PER_YEAR}
_SHORT = {"s": "second", "min": "minute", "h": "hour", "d": "day", "a": "year", "y": "year"}
_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE]\d+)?)\s*([kMG]?)\s*(?:(?:/|per|an?)\s*([a-z]+))?\s*")


@dataclass(frozen=True, slots=True)
class Volume:
    """So many units of R `per` second, minute, hour, day, week, month or year."""

    units: float
    per: str

    @property
    def units_a_year(self) -> float:
        """Units of R in a year of 8,760 h."""
        return self.units * HOURS_PER_YEAR / _HOURS_OF[self.per]

    def to_json(self) -> dict[str, Any]:
        """The volume as the document shows it."""
        return {"units": self.units, "per": self.per}


def parse_volume(flag: str, text: str) -> Volume:
    """The volume of ``1M/day``, ``200 per second``, ``5e9`` (a year).

    Raises:
        BadInput: not such a text.
    """
    parts = _WRITTEN.fullmatch(text)
    per = _SHORT.get(parts[3] or "year", (parts[3] or "year").removesuffix("s")) if parts else ""
    if parts is None or per not in _HOURS_OF or float(parts[1]) <= 0:
        raise BadInput(f"{flag} {text!r}: write it as 1M/day or 200/second (of {', '.join(_HOURS_OF)})")
    return Volume(float(parts[1]) * _FACTORS[parts[2]], per)
