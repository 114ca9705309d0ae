"""A document's figures as a table shows them: a dash where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_si, significant

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Json

UNKNOWN = "–"
_BEYOND = 1000
_JOULES_PER_WH = 3600.0


def written(value: float | None, write: Callable[[float], str] = significant) -> str:
    """A value as `write` puts it."""
    return UNKNOWN if value is None else write(value)


def joules(value: float) -> str:
    """An energy with its prefix."""
    return format_si(value, "J")


def watt_hours(energy: float) -> str:
    """An energy in J, in the unit of bills, with its prefix."""
    return format_si(energy / _JOULES_PER_WH, "Wh")


def seconds(value: float) -> str:
    """A time with its prefix."""
    return format_si(value, "s")


def grams(value: float) -> str:
    """A mass with its prefix."""
    return format_si(value, "g")


def times(ratio: float) -> str:
    """A ratio; one beyond a thousand says no more than that it is not known."""
    return f"{ratio:.2f}" if ratio < _BEYOND else f">{_BEYOND}"


def ratio_to_best(figure: Json) -> str:
    """A ratio with its interval: ``1.30 1.27–1.33``."""
    if figure["value"] is None or figure["low"] is None or figure["high"] is None:
        return written(figure["value"], times)
    return f"{times(figure['value'])} {times(figure['low'])}–{times(figure['high'])}"
