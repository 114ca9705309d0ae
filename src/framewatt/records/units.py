"""Exact conversions, and the one way figures are written for people."""

import math
import re

from framewatt.errors import BadInput

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


_DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "": 1.0}
_SIZES = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30, "": 1}
_FIGURE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Zµ]*)\s*")


def parse_duration(text: str) -> float:
    """Seconds from ``90``, ``90s``, ``3min``, ``20ms``.

    Raises:
        BadInput: not such a text.
    """
    return _parse(text, _DURATIONS, "a duration such as 20ms, 90s or 3min")


def parse_bytes(text: str) -> float:
    """Bytes from ``500MB``, ``1GB``, ``1GiB``.

    Raises:
        BadInput: not such a text.
    """
    return _parse(text, _SIZES, "a size such as 500MB or 1GiB")


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


def _parse(text: str, units: dict[str, float], wanted: str) -> float:
    match = _FIGURE.fullmatch(text)
    scale = units.get(match[2].lower()) if match else None
    if match is None or scale is None or float(match[1]) <= 0:
        raise BadInput(f"{text!r} is not {wanted}")
    return float(match[1]) * scale
