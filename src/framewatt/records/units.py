"""Exact conversions, and the one way figures are written for people."""

import math
import re

from framewatt.errors import BadInput
from framewatt.records.unit_registry import unit_registry

JOULES_PER_KWH = 3_600_000.0
HOURS_PER_YEAR = 8760.0
"""A year is 8,760 h throughout (the SCI specification's examples use it)."""

_SI_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_NO_PREFIX = {"1", "%", "count"}


def joules_to_kwh(joules: float) -> float:
    """Energy in J as kWh."""
    return joules / JOULES_PER_KWH


def format_si(value: float, unit: str, digits: int = 3) -> str:
    """A figure with an SI prefix: ``format_si(0.00123, "J") == "1.23 mJ"``."""
    if not math.isfinite(value):
        return f"{value} {unit}"
    if value == 0 or unit in _NO_PREFIX:
        return f"{significant(value, digits)} {unit}".removesuffix(" 1")
    scale, prefix = next(((s, p) for s, p in _SI_PREFIXES if abs(value) >= s), _SI_PREFIXES[-1])
    return f"{significant(value / scale, digits)} {prefix}{unit}"


def significant(value: float, digits: int = 3) -> str:
    """`value` with `digits` significant digits and no exponent where it can be avoided."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}" if value == 0 else str(value)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def format_count(value: float) -> str:
    """A count with two significant digits: ``27,000``, ``5.2e8``."""
    million = 1e6
    if abs(value) >= million:
        mantissa, _, exponent = f"{value:.1e}".partition("e+")
        return f"{mantissa}e{int(exponent)}"
    return f"{float(f'{value:.2g}'):,.10g}"


def format_energy(joules: float | None) -> str:
    """An energy in J, in kWh from one kWh on, a dash where it is not known."""
    if joules is None:
        return "–"
    if abs(joules) >= JOULES_PER_KWH:
        return f"{significant(joules_to_kwh(joules))} kWh"
    return format_si(joules, "J")


def format_bytes(count: float) -> str:
    """A size in bytes with a decimal prefix: ``format_bytes(192_000_000) == "192 MB"``."""
    for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(count) >= scale:
            return f"{significant(count / scale)} {unit}"
    return f"{count:.0f} B"


def format_duration(seconds: float) -> str:
    """A duration people read at a glance: ``90 s`` is ``1 min 30 s``, small ones keep an SI prefix."""
    minute, hour = 60, 3600
    if seconds < minute:
        return format_si(seconds, "s")
    if seconds < hour:
        return f"{int(seconds // minute)} min {seconds % minute:.0f} s"
    return f"{int(seconds // hour)} h {int(seconds % hour // minute)} min"


_DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "": 1.0}
_SIZES = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30, "": 1}
_SIZES |= {"k": 1e3, "m": 1e6, "g": 1e9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
"""What is typed every day; every other unit is looked up in pint's registry."""
_FIGURE = re.compile(r"(\d++(?:\.\d*+)?|\.\d++)\s*+([a-zA-Zµ]*+)\s*+")  # possessive: never twice over a text


def parse_duration(text: str) -> float:
    """Seconds from ``90``, ``90s``, ``3 minutes``, ``1h30min``, ``20ms``.

    Raises:
        BadInput: not such a text.
    """
    seconds = [_scaled(*figure, _DURATIONS, "s") for figure in _figures(text)]
    total = 0.0 if None in seconds else sum(filter(None, seconds))
    if total <= 0:
        raise BadInput(f"{text!r} is not a duration such as 20ms, 90s or 3min")
    return total


def parse_bytes(text: str) -> float:
    """Bytes from ``500MB``, ``1G``, ``1 gigabyte``, ``1GiB``.

    Raises:
        BadInput: not such a text.
    """
    sizes = [_scaled(*figure, _SIZES, "byte") for figure in _figures(text)]
    if len(sizes) != 1 or not sizes[0]:
        raise BadInput(f"{text!r} is not a size such as 500MB or 1GiB")
    return sizes[0]


def parse_share(text: str, option: str, below: float = 1.0) -> float:
    """A share from ``2%`` or ``0.02``, at least 0.

    Args:
        text: As the user typed it.
        option: What it was typed for, to name in the complaint.
        below: What it must stay below.

    Raises:
        BadInput: not such a text, or out of range.
    """
    number, scale = (text.strip()[:-1], 100) if text.strip().endswith("%") else (text, 1)
    try:
        share = float(number) / scale
    except ValueError:
        raise BadInput(f"{option} {text!r}: write it as a share such as 2% or 0.02") from None
    if not 0 <= share < below:
        raise BadInput(f"{option} {text}: a share from 0% to less than {below:.0%}")
    return share


def _figures(text: str) -> list[tuple[str, str]]:
    """Numbers with their units; none where anything else is in the text."""
    whole = re.fullmatch(rf"\s*(?:{_FIGURE.pattern})+", text)
    return _FIGURE.findall(text) if whole else []


def _scaled(number: str, written: str, known: dict[str, float], unit: str) -> float | None:
    """So many `unit`; None where `written` is no such unit."""
    scale = known.get(written.lower())
    if scale is None:
        try:
            scale = float(unit_registry().Quantity(1, written).to(unit).magnitude)
        except Exception:  # noqa: BLE001 - pint's parser raises whatever its tokenizer meets
            return None
    return float(number) * scale
