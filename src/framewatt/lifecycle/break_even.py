"""Two lifetimes against each other: what one needs more, and from which volume the choice changes (pure)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import CPU_SECONDS, ENERGY, difference
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS
from framewatt.records import Estimate, Provenance, Quantity

if TYPE_CHECKING:
    from framewatt.lifecycle.lifetimes import Lifetime, Volumes
    from framewatt.records import Json

_ENDS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class _Gaps:
    """What one lifetime needs more than another, in J: before serving, for each inference, and in all."""

    fixed: Estimate
    each: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class BreakEven:
    """What another lifetime needs more than the best, in J, and the volume at which that turns round.

    `decided_on` says on which ground they were told apart; `changes_to` is who is chosen above `volume`.
    """

    best: str
    other: str
    total: Estimate
    fixed: Estimate
    inference: Estimate
    decided_on: str
    volume: Quantity
    changes_to: str | None

    def to_json(self) -> Json:
        """An entry of the document's ``break_even``."""
        return {
            "variable": "inferences_per_year",
            "between": [self.best, self.other],
            "total_difference": _joules(self.total),
            "fixed_difference": _joules(self.fixed),
            "inference_difference": _joules(self.inference),
            "decided_on": self.decided_on,
            "volume": self.volume.to_json(),
            "changes_to": self.changes_to,
        }


def break_even(best: Lifetime, other: Lifetime, volumes: Volumes) -> BreakEven:
    """What `other` needs more than `best` over the years, and the volume at which that turns round.

    Where an estimate's own doubt keeps energy from telling them apart, measured CPU seconds may.
    """
    bases = [basis for basis in (ENERGY, CPU_SECONDS) if _has(basis, best, other)] or [ENERGY]
    gaps = {basis: _gaps(other, best, volumes, basis) for basis in bases}
    basis = next((name for name in bases if not _open(gaps[name].fixed, gaps[name].each)), ENERGY)
    total_basis = next((name for name in bases if not _open(gaps[name].total)), ENERGY)
    volume, above = _volume(best, other, gaps[basis], volumes)
    return BreakEven(
        best=best.pair.id,
        other=other.pair.id,
        total=gaps[total_basis].total,
        fixed=gaps[basis].fixed,
        inference=gaps[basis].each,
        decided_on=basis,
        volume=volume,
        changes_to=above.pair.id if above else None,
    )


def _has(basis: str, *lifetimes: Lifetime) -> bool:
    """Whether any figure of both lifetimes can be compared on this ground."""
    names = ("training", "inference")
    return basis == ENERGY or any(
        all(basis in life.figures[name].ratios for life in lifetimes) for name in names
    )


def _gaps(other: Lifetime, best: Lifetime, volumes: Volumes, basis: str) -> _Gaps:
    """What `other` needs more than `best`.

    The formulas are sums of coefficients with weights of at least 0, so their differences are the formulas of
    the coefficients' differences, end by end.
    """
    parts = {name: difference(other.figures[name], best.figures[name], basis) for name in COEFFICIENTS}

    def of(formula: str) -> Estimate:
        ends = ({name: getattr(part, end) for name, part in parts.items()} for end in _ENDS)
        return Estimate(*(evaluate(FORMULAS[formula], {**values, **asdict(volumes)}) for values in ends))

    return _Gaps(of("fixed"), parts["inference"], of("total"))


def _open(*gaps: Estimate) -> bool:
    """Whether one of the intervals touches zero."""
    return any(gap.low <= 0 <= gap.high for gap in gaps)


def _volume(
    best: Lifetime, other: Lifetime, gaps: _Gaps, volumes: Volumes
) -> tuple[Quantity, Lifetime | None]:
    """The break-even with its interval, and who is chosen above it; "never" with the reason."""
    if reason := _never(best, other, gaps):
        return Quantity.unknown("1/year", reason), None

    def volume(cost: float, size: float) -> float:
        values = {"fixed_difference": cost, "inference_difference": size, "years": volumes.years}
        return evaluate(FORMULAS["break_even"], values)

    fixed, each = gaps.fixed, gaps.each
    value = volume(fixed.value, each.value)
    corners = [volume(cost, size) for cost in (fixed.low, fixed.high) for size in (each.low, each.high)]
    crossing = Quantity(value, "1/year", Provenance.DERIVED, min(value, *corners), max(value, *corners))
    return crossing, best if each.value > 0 else other


def _never(best: Lifetime, other: Lifetime, gaps: _Gaps) -> str | None:
    """Why no volume is known at which the choice changes."""
    if best.pair.serving is None:
        return "no inference run is among the runs"
    for name, gap in (("what comes before serving", gaps.fixed), ("an inference", gaps.each)):
        if _open(gap):
            return f"never: whether they differ in {name} is not known (the interval touches zero)"
    if (gaps.fixed.value > 0) == (gaps.each.value > 0):
        cheaper = best if gaps.each.value > 0 else other
        return f"never: {cheaper.pair.name} needs less in both, before serving and for each inference"
    return None


def _joules(gap: Estimate) -> Json:
    return Quantity(gap.value, "J", Provenance.DERIVED, gap.low, gap.high).to_json()
