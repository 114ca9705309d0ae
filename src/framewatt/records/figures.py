"""Figures with what must be said about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from framewatt.errors import BadInput
from framewatt.records.words import IntensityKind, Provenance, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WEAKEST = "weakest input: "
"""How the reason of a derived figure begins; the name of a provenance follows."""

_STRENGTH = tuple(Provenance)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, in the unit that its maker documents."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure anyone sees: a value with its 95 % interval, unit and provenance, or None with the reason.

    `scope` is set on energies and what derives from them. `weakest` is the weakest provenance of what a
    derived figure was computed from, where that is known; its `reason` says so in words.
    """

    value: float | None
    unit: str
    provenance: Provenance | None = None
    low: float | None = None
    high: float | None = None
    scope: Scope | None = None
    reason: str | None = None
    weakest: Provenance | None = None

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

    @classmethod
    def derived(  # noqa: PLR0913 - the parts of a figure, by name
        cls,
        value: float,
        unit: str,
        sources: Iterable[Provenance],
        *,
        low: float | None = None,
        high: float | None = None,
        scope: Scope | None = None,
    ) -> Self:
        """A figure computed from others, as weak as the weakest of their `sources`."""
        weakest = max(sources, key=_STRENGTH.index, default=Provenance.DERIVED)
        reason = f"{_WEAKEST}{weakest.value}"
        return cls(value, unit, Provenance.DERIVED, low, high, scope, reason, weakest)

    @classmethod
    def of_estimate(  # noqa: PLR0913 - the parts of a figure, by name
        cls,
        estimate: Estimate | None,
        unit: str,
        provenance: Provenance,
        *,
        missing: str = "unknown",
        scope: Scope | None = None,
        reason: str | None = None,
    ) -> Self:
        """An estimate as a figure; `missing` says why there is none. Infinite ends become None."""
        if estimate is None or not math.isfinite(estimate.value):
            return cls.unknown(unit, missing, scope=scope)
        high = estimate.high if math.isfinite(estimate.high) else None
        low = estimate.low if math.isfinite(estimate.low) and high is not None else None
        return cls(estimate.value, unit, provenance, low, high, scope, reason)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """A figure as it stands in a document, where `weakest` is told in the words of `reason` alone."""
        provenance, scope, reason = (document.get(key) for key in ("provenance", "scope", "reason"))
        return cls(
            value=document["value"],
            unit=document["unit"],
            provenance=Provenance(provenance) if provenance else None,
            low=document.get("low"),
            high=document.get("high"),
            scope=Scope(scope) if scope else None,
            reason=reason,
            weakest=_read_weakest(reason) if provenance == Provenance.DERIVED else None,
        )

    def to_json(self, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
        """The figure in a document; `without` names what that kind of document never says of a figure."""
        document = {
            "value": self.value,
            "unit": self.unit,
            "provenance": self.provenance.value if self.provenance else None,
            "low": self.low,
            "high": self.high,
            "scope": self.scope.value if self.scope else None,
            "reason": self.reason,
        }
        return {key: value for key, value in document.items() if key not in without}

    @property
    def origin(self) -> Provenance:
        """The provenance that counts where something is derived from this: a derived figure's weakest."""
        return self.weakest or self.provenance or Provenance.DERIVED

    @property
    def has_interval(self) -> bool:
        """Whether an end is given."""
        return self.low is not None or self.high is not None

    def ends(self) -> tuple[float, float, float]:
        """Value, low and high of a known figure that is never negative; an end not given is the value.

        Raises:
            BadInput: the figure is unknown, negative or not finite.
        """
        if self.value is None:
            raise BadInput(f"not known: {self.reason}")
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not (0 <= low <= self.value <= high and math.isfinite(high)):
            raise BadInput(
                f"{self.value} [{low}, {high}] {self.unit}: "
                "a figure must be finite, not negative, and lie between its ends"
            )
        return self.value, low, high

    def scaled(self, factor: float, unit: str) -> Quantity:
        """The same figure in another unit: no new source, so provenance and reason stay."""
        if self.value is None:
            return Quantity.unknown(unit, self.reason or "not known", scope=self.scope)
        value, low, high = self.ends()
        return Quantity(
            value=value * factor,
            unit=unit,
            provenance=self.provenance,
            low=None if self.low is None else low * factor,
            high=None if self.high is None else high * factor,
            scope=self.scope,
            reason=self.reason,
            weakest=self.weakest,
        )


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

    @classmethod
    def from_json(cls, carbon: Mapping[str, Any]) -> Self | None:
        """The intensity of a document's ``carbon`` block; None where it is open."""
        if carbon["intensity"]["value"] is None:
            return None
        return cls(
            region=carbon.get("region") or "declared",
            quantity=Quantity.from_json(carbon["intensity"]),
            kind=IntensityKind(carbon.get("kind") or IntensityKind.AVERAGE),
            basis=carbon["basis"],
            source=carbon["source"],
            year=carbon.get("year"),
            when=carbon.get("when"),
            licence=carbon.get("licence"),
            warnings=tuple(carbon.get("warnings", ())),
        )


def _read_weakest(reason: str | None) -> Provenance | None:
    word = reason.removeprefix(_WEAKEST) if reason and reason.startswith(_WEAKEST) else ""
    return Provenance(word) if word in _STRENGTH else None
