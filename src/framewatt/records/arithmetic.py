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
    if denominator.value is not None and denominator.ends()[1] == 0:
        raise BadInput(f"division by a figure that may be 0 {denominator.unit}")
    if numerator.value is None or denominator.value is None:
        return product(unit, numerator, denominator)
    value, low, high = numerator.ends()
    by, by_low, by_high = denominator.ends()
    interval = numerator.has_interval or denominator.has_interval
    return Quantity.derived(
        value / by,
        unit,
        (numerator.origin, denominator.origin),
        low=low / by_high if interval else None,
        high=high / by_low if interval else None,
        scope=numerator.scope,
    )


def exact(value: float, unit: str, *, provenance: Provenance = Provenance.DECLARED) -> Quantity:
    """A figure without an interval: counted, or declared by the user."""
    return Quantity(value=value, unit=unit, provenance=provenance)


def why_unknown(*inputs: Quantity) -> str | None:
    """Why nothing can be derived from these: the reasons of the unknown ones; None where all are known."""
    reasons = [quantity.reason or "not known" for quantity in inputs if quantity.value is None]
    return "; ".join(dict.fromkeys(reasons)) or None


def _derive(
    unit: str, inputs: Sequence[Quantity], formula: Callable[..., float], scope: Scope | None
) -> Quantity:
    if reason := why_unknown(*inputs):
        return Quantity.unknown(unit, reason, scope=scope)
    values, lows, highs = zip(*(quantity.ends() for quantity in inputs), strict=True)
    interval = any(quantity.has_interval for quantity in inputs)
    return Quantity.derived(
        formula(*values),
        unit,
        (quantity.origin for quantity in inputs),
        low=formula(*lows) if interval else None,
        high=formula(*highs) if interval else None,
        scope=scope,
    )
