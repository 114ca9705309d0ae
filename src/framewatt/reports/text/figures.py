"""A document's figures as a table shows them: a dash where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_si, significant

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Json

UNKNOWN = "–"
_BEYOND = 1000


def written(figure: Json, write: Callable[[float], str] = significant) -> str:
    """Its value alone, as `write` puts it."""
    return UNKNOWN if figure["value"] is None else write(figure["value"])


def joules(value: float) -> str:
    """An energy with its prefix."""
    return format_si(value, "J")


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
        return written(figure, times)
    return f"{times(figure['value'])} {times(figure['low'])}–{times(figure['high'])}"
