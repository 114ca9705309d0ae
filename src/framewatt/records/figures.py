"""Figures with what must be said about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from framewatt.records.words import IntensityKind, Provenance, Scope


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure anyone sees: a value with its 95 % interval, unit and provenance, or None with the reason.

    `scope` is set on energies and what derives from them. For a derived figure `reason` names the weakest
    of its inputs.
    """

    value: float | None
    unit: str
    provenance: Provenance | None = None
    low: float | None = None
    high: float | None = None
    scope: Scope | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse a figure without a source, and an unknown without a reason."""
        if self.value is None and not self.reason:
            raise ValueError("an unknown quantity needs a reason")
        if self.value is not None and self.provenance is None:
            raise ValueError("a quantity needs a provenance")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a quantity must be finite, not {self.value}")

    @classmethod
    def unknown(cls, unit: str, reason: str, *, scope: Scope | None = None) -> Self:
        """A figure that is not known, and why."""
        return cls(value=None, unit=unit, reason=reason, scope=scope)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, in the unit that its maker documents."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GridIntensity:
    """The carbon intensity of a region's electricity (gCO2eq/kWh), location-based, with all that must be
    said about it: two bases are never compared without saying so.

    `year` is the year the figure is for; `when` the moment of a live figure (ISO 8601, UTC). `pue` is what
    the region's operator publishes for its data centres. `warnings` are sentences for the reader.
    """

    region: str
    quantity: Quantity
    kind: IntensityKind
    basis: str
    source: str
    year: int | None = None
    when: str | None = None
    licence: str | None = None
    pue: Quantity | None = None
    warnings: tuple[str, ...] = ()
