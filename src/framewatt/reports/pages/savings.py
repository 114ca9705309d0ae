"""What choosing saves, in plain figures: per million units, and a year where the volume is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Stage
from framewatt.records.units import format_count, format_duration
from framewatt.reports.figures import grams, watt_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from framewatt.records import Json

_MILLION = 1e6


def saving_lines(decision: Json) -> Iterator[str]:
    """One sentence for each volume; none where there is nothing to compare with."""
    savings = decision.get("savings")
    if not savings or savings["against"] is None or savings["against"] in decision["selected"]:
        return
    unit, name = decision["functional_unit"]["name"], savings["name"]
    words, units = volume_of(decision)
    if told := _parts(savings["per_million_units"], _MILLION / units):
        yield f"{words}: {told} than {name}."
    if savings["per_year"] and (told := _parts(savings["per_year"], 1.0)):
        asked = savings["volume"]
        often = f"{_counted(asked['units'])} {plural(unit)} a {asked['per']}"
        yield f"A year, at {often}: {told}."


def volume_of(decision: Json) -> tuple[str, float]:
    """So many units as people can picture, in words and as a number: one training, or a million samples."""
    if decision["stage"] == Stage.TRAINING:
        return "Each training", 1.0
    return f"A million {plural(decision['functional_unit']['name'])}", _MILLION


def plural(unit: str) -> str:
    """A unit's name for many of it."""
    return unit if unit.endswith("s") else f"{unit}s"


def _counted(units: float) -> str:
    """A volume in words: ``1.5 million``."""
    return f"{units / _MILLION:.3g} million" if units >= _MILLION else format_count(units)


def _duration(seconds: float) -> str:
    return format_duration(seconds).removesuffix(" 0 s").removesuffix(" 0 min")


def _parts(saved: Json | None, scale: float) -> str:
    """``16 min 0 s of CPU time, 1.07 Wh and 0.06 g of CO2eq less``; what is dearer comes apart."""
    if saved is None:
        return ""
    units: list[tuple[str, Callable[[float], str], str]] = [
        ("cpu_seconds", _duration, " of CPU time"),
        ("energy", watt_hours, ""),
        ("carbon", grams, " of CO2eq"),
    ]
    known = [(saved[key]["value"] / scale, write, what) for key, write, what in units
             if saved.get(key) and saved[key]["value"]]  # fmt: skip
    kinds = {
        "less": [write(value) + what for value, write, what in known if value > 0],
        "more": [write(-value) + what for value, write, what in known if value < 0],
    }
    return ", ".join(f"{_joined(told)} {kind}" for kind, told in kinds.items() if told)


def _joined(told: list[str]) -> str:
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]
