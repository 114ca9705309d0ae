"""Two lifetimes against each other: what one needs more, and from which volume the choice changes (pure)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import CPU_SECONDS, ENERGY, difference
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS
from framewatt.records import Estimate, Provenance, Quantity

if TYPE_CHECKING:
    from framewatt.lifecycle.lifetimes import Lifetime, Volumes

_ENDS = ("value", "low", "high")


def break_even(best: Lifetime, other: Lifetime, volumes: Volumes) -> dict[str, Any]:
    """What `other` needs more than `best` over the years, and the volume at which that turns round.

    Where an estimate's own doubt keeps energy from telling them apart, measured CPU seconds may: the entry
    says which it was (``decided_on``).
    """
    bases = [basis for basis in (ENERGY, CPU_SECONDS) if _has(basis, best, other)] or [ENERGY]
    gaps = {basis: _gaps(other, best, volumes, basis) for basis in bases}
    basis = next((name for name in bases if not _open(gaps[name]["fixed"], gaps[name]["each"])), ENERGY)
    fixed, each = gaps[basis]["fixed"], gaps[basis]["each"]
    total_basis = next((name for name in bases if not _open(gaps[name]["total"])), ENERGY)
    volume, above = _volume(best, other, fixed, each, volumes)
    return {
        "variable": "inferences_per_year",
        "between": [best.pair.id, other.pair.id],
        "total_difference": _joules(gaps[total_basis]["total"]),
        "fixed_difference": _joules(fixed),
        "inference_difference": _joules(each),
        "decided_on": basis,
        "volume": volume.to_json(),
        "changes_to": above.pair.id if above else None,
    }


def _has(basis: str, *lifetimes: Lifetime) -> bool:
    """Whether any figure of both lifetimes can be compared on this ground."""
    names = ("training", "inference")
    return basis == ENERGY or any(
        all(basis in life.figures[name].ratios for life in lifetimes) for name in names
    )


def _gaps(other: Lifetime, best: Lifetime, volumes: Volumes, basis: str) -> dict[str, Estimate]:
    """What `other` needs more than `best`: before serving, for each inference, and in all, in J.

    The formulas are sums of coefficients with weights of at least 0, so their differences are the formulas of
    the coefficients' differences, end by end.
    """
    parts = {name: difference(other.figures[name], best.figures[name], basis) for name in COEFFICIENTS}

    def of(formula: str) -> Estimate:
        ends = ({name: getattr(part, end) for name, part in parts.items()} for end in _ENDS)
        return Estimate(*(evaluate(FORMULAS[formula], {**values, **asdict(volumes)}) for values in ends))

    return {"fixed": of("fixed"), "each": parts["inference"], "total": of("total")}


def _open(*gaps: Estimate) -> bool:
    """Whether one of the intervals touches zero."""
    return any(gap.low <= 0 <= gap.high for gap in gaps)


def _volume(
    best: Lifetime, other: Lifetime, fixed: Estimate, each: Estimate, volumes: Volumes
) -> tuple[Quantity, Lifetime | None]:
    """The break-even with its interval, and who is chosen above it; "never" with the reason."""
    if best.pair.serving is None:
        return Quantity.unknown("1/year", "no inference run is among the runs"), None
    for name, gap in (("what comes before serving", fixed), ("an inference", each)):
        if _open(gap):
            reason = f"never: whether they differ in {name} is not known (the interval touches zero)"
            return Quantity.unknown("1/year", reason), None
    if (fixed.value > 0) == (each.value > 0):
        cheaper = best if each.value > 0 else other
        reason = f"never: {cheaper.pair.name} needs less in both, before serving and for each inference"
        return Quantity.unknown("1/year", reason), None

    def volume(cost: float, size: float) -> float:
        values = {"fixed_difference": cost, "inference_difference": size, "years": volumes.years}
        return evaluate(FORMULAS["break_even"], values)

    value = volume(fixed.value, each.value)
    corners = [volume(cost, size) for cost in (fixed.low, fixed.high) for size in (each.low, each.high)]
    crossing = Quantity(value, "1/year", Provenance.DERIVED, min(value, *corners), max(value, *corners))
    return crossing, best if each.value > 0 else other


def _joules(gap: Estimate) -> dict[str, Any]:
    return Quantity(gap.value, "J", Provenance.DERIVED, gap.low, gap.high).to_json()
