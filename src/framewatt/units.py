"""Exact conversions, and the one way figures are written for people."""

import math

JOULES_PER_KWH = 3_600_000.0
HOURS_PER_YEAR = 8760.0
"""A year is 8,760 h throughout (the SCI specification's examples use it)."""

_SI_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_NO_PREFIX = {"1", "%", "count"}


def joules_to_kwh(joules: float) -> float:
    """Energy in J as kWh."""
    return joules / JOULES_PER_KWH


def kwh_to_joules(kwh: float) -> float:
    """Energy in kWh as J."""
    return kwh * JOULES_PER_KWH


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
