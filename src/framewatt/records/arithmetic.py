"""Arithmetic on Quantities that are never negative: the ends of a result come from the ends of its inputs.

Interval arithmetic (Moore 1966), not Monte Carlo: M's range is no distribution, every formula of SCI rises
or falls in each of its inputs, so the ends are exact and repeatable, and the result is never too narrow.
An unknown input makes the result unknown with the input's reason: never 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from framewatt.records import Scope

WEAKEST = "weakest input: "
"""How the reason of a derived figure begins; the name of a provenance follows."""

_STRENGTH = tuple(Provenance)


def ends(quantity: Quantity) -> tuple[float, float, float]:
    """Value, low and high of a known quantity; an end that is not given is the value.

    Raises:
        BadInput: the quantity is unknown, negative or not finite.
    """
    if quantity.value is None:
        raise BadInput(f"not known: {quantity.reason}")
    low = quantity.value if quantity.low is None else quantity.low
    high = quantity.value if quantity.high is None else quantity.high
    if not (0 <= low <= quantity.value <= high and math.isfinite(high)):
        raise BadInput(
            f"{quantity.value} [{low}, {high}] {quantity.unit}: "
            "a figure must be finite, not negative, and lie between its ends"
        )
    return quantity.value, low, high


def product(unit: str, *factors: Quantity, scope: Scope | None = None) -> Quantity:
    """The product of all factors, multiplied from left to right."""
    return _derive(unit, factors, lambda *values: math.prod(values[1:], start=values[0]), scope)


def total(unit: str, *terms: Quantity, scope: Scope | None = None) -> Quantity:
    """The sum of all terms."""
    return _derive(unit, terms, lambda *values: math.fsum(values), scope)


def quotient(unit: str, numerator: Quantity, denominator: Quantity) -> Quantity:
    """Numerator over denominator: low over high is the low end.

    Raises:
        BadInput: the denominator is 0 or may be 0.
    """
    if denominator.value is not None and ends(denominator)[1] == 0:
        raise BadInput(f"division by a figure that may be 0 {denominator.unit}")
    if numerator.value is None or denominator.value is None:
        return product(unit, numerator, denominator)
    value, low, high = ends(numerator)
    by, by_low, by_high = ends(denominator)
    interval = _has_interval(numerator, denominator)
    return Quantity(
        value=value / by,
        unit=unit,
        provenance=Provenance.DERIVED,
        low=low / by_high if interval else None,
        high=high / by_low if interval else None,
        scope=numerator.scope,
        reason=f"{WEAKEST}{weakest((numerator, denominator)).value}",
    )


def scaled(quantity: Quantity, factor: float, unit: str) -> Quantity:
    """The same figure in another unit: no new source, so provenance and reason stay."""
    if quantity.value is None:
        return Quantity.unknown(unit, quantity.reason or "not known", scope=quantity.scope)
    value, low, high = ends(quantity)
    return Quantity(
        value=value * factor,
        unit=unit,
        provenance=quantity.provenance,
        low=None if quantity.low is None else low * factor,
        high=None if quantity.high is None else high * factor,
        scope=quantity.scope,
        reason=quantity.reason,
    )


def exact(value: float, unit: str, *, provenance: Provenance = Provenance.DECLARED) -> Quantity:
    """A figure without an interval: counted, or declared by the user."""
    return Quantity(value=value, unit=unit, provenance=provenance)


def weakest(quantities: Sequence[Quantity]) -> Provenance:
    """The weakest provenance; a derived figure counts as the weakest of its own inputs."""
    found = (_origin(quantity) for quantity in quantities)
    return max(found, key=_STRENGTH.index)


def _origin(quantity: Quantity) -> Provenance:
    if quantity.provenance is Provenance.DERIVED and (quantity.reason or "").startswith(WEAKEST):
        word = (quantity.reason or "").removeprefix(WEAKEST).split()[0].strip(".,;")
        if word in set(Provenance):
            return Provenance(word)
    return quantity.provenance or Provenance.DERIVED


def _has_interval(*quantities: Quantity) -> bool:
    return any(quantity.low is not None or quantity.high is not None for quantity in quantities)


def _derive(
    unit: str, inputs: Sequence[Quantity], formula: Callable[..., float], scope: Scope | None
) -> Quantity:
    reasons = [quantity.reason or "not known" for quantity in inputs if quantity.value is None]
    if reasons:
        return Quantity.unknown(unit, "; ".join(dict.fromkeys(reasons)), scope=scope)
    values, lows, highs = zip(*(ends(quantity) for quantity in inputs), strict=True)
    interval = _has_interval(*inputs)
    return Quantity(
        value=formula(*values),
        unit=unit,
        provenance=Provenance.DERIVED,
        low=formula(*lows) if interval else None,
        high=formula(*highs) if interval else None,
        scope=scope,
        reason=f"{WEAKEST}{weakest(inputs).value}",
    )
