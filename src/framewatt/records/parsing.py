"""Figures as people write them (``0.33 kWh``, ``1000..1500 kg``, ``1/8``) in the units framewatt keeps."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity
from framewatt.records.unit_registry import unit_registry

_NUMBER = r"[-+]?(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)"
_WRITTEN = re.compile(
    rf"\s*(?P<low>{_NUMBER})(?:\s*(?:\.\.|to)\s*(?P<high>{_NUMBER}))?\s*(?P<unit>.*?)\s*", re.ASCII
)
_RATIO = re.compile(r"\s*(\d+)\s*/\s*(\d+)\s*")
_CO2 = re.compile(r"\s*co2[_-]?(?:eq|e)?", re.IGNORECASE)


def parse_quantity(
    written: str | float, unit: str, what: str, *, provenance: Provenance | None = None
) -> Quantity:
    """A figure with its unit, converted; a range ``low..high`` has its middle as value.

    Args:
        written: ``1200 kg``, ``1.2 tonne``, ``1000..1500kg``; a bare number is in `unit` already where `unit`
            is that of an intensity or a plain ratio, and refused elsewhere.
        unit: ``kWh``, ``kW``, ``h``, ``gCO2eq``, ``gCO2eq/kWh``, ``GB``, ``kWh/GB`` or ``1``.
        what: The name of the figure in an error.
        provenance: Declared unless said otherwise.

    Raises:
        BadInput: no number, no unit, a unit of another dimension, negative or not finite.
    """
    match = _WRITTEN.fullmatch(str(written))
    ratio = _RATIO.fullmatch(str(written)) if unit == "1" else None
    if ratio:
        low = high = _fraction(ratio, what)
    elif match:
        low = float(match["low"]) * _factor(match["unit"], unit, what, written)
        high = float(match["high"] or match["low"]) * _factor(match["unit"], unit, what, written)
    else:
        raise BadInput(f"{what} {written!r}: expected a number with its unit, such as {_EXAMPLES[unit]}")
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= high):
        raise BadInput(f"{what} {written!r}: a figure must be finite and not negative, a range must rise")
    source = provenance or Provenance.DECLARED
    if low == high:
        return Quantity(low, unit, source)
    return Quantity((low + high) / 2, unit, source, low, high)


def parse_count(written: str, what: str) -> Quantity:
    """R: a count and what is counted, ``1000 request``; the count's unit is the name of R.

    Raises:
        BadInput: no name, or a count that is 0, negative or not finite.
    """
    match = _WRITTEN.fullmatch(written)
    if not match or not match["unit"]:
        raise BadInput(f"{what} {written!r}: expected a count and what is counted, such as '1000 request'")
    low, high = float(match["low"]), float(match["high"] or match["low"])
    if low == 0:
        raise BadInput(f"{what} {written!r}: R = 0; a score is per unit of work, so some must have been done")
    if not (math.isfinite(low) and math.isfinite(high) and 0 < low <= high):
        raise BadInput(f"{what} {written!r}: a count must be finite and above 0, a range must rise")
    if low == high:
        return Quantity(low, match["unit"], Provenance.DECLARED)
    return Quantity((low + high) / 2, match["unit"], Provenance.DECLARED, low, high)


_EXAMPLES = {
    "kWh": "'0.33 kWh'",
    "kW": "'330 W'",
    "h": "'3 years' or '26280 h'",
    "gCO2eq": "'1200 kg'",
    "gCO2eq/kWh": "420 or '420 g/kWh'",
    "GB": "'64 GB'",
    "kWh/GB": "0.02, '0.02 kWh/GB' or 0.005..0.06",
    "1": "0.125 or '1/8'",
}
_PLAIN = {"gCO2eq/kWh", "kWh/GB", "1"}


def _fraction(ratio: re.Match[str], what: str) -> float:
    if int(ratio[2]) == 0:
        raise BadInput(f"{what} {ratio[0]!r}: division by 0")
    return float(Fraction(int(ratio[1]), int(ratio[2])))


def _factor(written_unit: str, unit: str, what: str, written: Any) -> float:
    """How many `unit` one `written_unit` is."""
    if not written_unit:
        if unit in _PLAIN:
            return 1.0
        raise BadInput(f"{what} {written!r}: the unit is missing, write for example {_EXAMPLES[unit]}")
    if written_unit == "%" and unit == "1":
        return 0.01
    return _convert(_CO2.sub("", written_unit), unit, what)


def _convert(written_unit: str, unit: str, what: str) -> float:
    import pint  # noqa: PLC0415 - slow to import, see unit_registry

    registry = unit_registry()
    wanted = "dimensionless" if unit == "1" else _CO2.sub("", unit)
    try:
        return float(registry.Quantity(1, written_unit).to(wanted).magnitude)
    except pint.DimensionalityError:
        raise BadInput(f"{what} in {written_unit!r}: another dimension than {unit}") from None
    except Exception:  # noqa: BLE001 - pint's parser raises whatever its tokenizer meets
        raise BadInput(
            f"{what}: unknown unit {written_unit!r}; write for example {_EXAMPLES[unit]}"
        ) from None
