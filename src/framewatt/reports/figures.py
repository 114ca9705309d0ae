"""A document's figures as people read them: a dash where nothing is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.records.units import format_si, significant
from framewatt.reports.page import Cell

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
    return significant(ratio) if ratio < _BEYOND else f">{_BEYOND}"


def percent(share: float) -> str:
    """A share, as people type it: ``5 %``."""
    return f"{100 * share:.3g} %"


def figure(quantity: Json | None, write: Callable[[float], str] = significant) -> Cell:
    """A quantity's cell: the figure alone to read, the interval too in a spreadsheet."""
    if quantity is None or quantity["value"] is None:
        return Cell(UNKNOWN)
    return Cell(write(quantity["value"]), quantity["value"], quantity.get("low"), quantity.get("high"))


def with_interval(quantity: Json | None, unit: str) -> Cell:
    """A figure with its interval to read too: ``1.30 (1.27–1.33)``."""
    cell = figure(quantity, lambda value: format_si(value, unit))
    if cell.low is None or cell.high is None or not isinstance(cell.value, float | int):
        return cell
    low, high = (_in_the_unit_of(cell.text, cell.value, end) for end in (cell.low, cell.high))
    return Cell(f"{cell.text} ({low}–{high})", cell.value, cell.low, cell.high)


def dearer(ratio: Json | None) -> Cell:
    """How many times the best a contestant needs, as the interval that it lies in: ``1.02–1.08×``."""
    cell = figure(ratio, times)
    if cell.value is None:
        return cell
    if cell.low is None or cell.high is None:
        text = cell.text
    elif cell.high >= _BEYOND:
        text = f"≥ {times(cell.low)}"
    else:
        text = "–".join(dict.fromkeys([times(cell.low), times(cell.high)]))
    return Cell("best" if text == times(1.0) else f"{text}×", cell.value, cell.low, cell.high)


def _in_the_unit_of(written: str, value: float, end: float) -> str:
    """An end of an interval with the prefix that the figure itself is written in."""
    number = float(written.split(maxsplit=1)[0])
    if not value or not number:
        return significant(end)
    thousands = round(math.log10(value / number) / 3)
    return significant(end / 1000**thousands)
