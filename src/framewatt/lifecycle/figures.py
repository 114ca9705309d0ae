"""What a plan takes from decision documents: coefficients with their intervals, and differences of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from framewatt.records import Estimate, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOP = ("import", "load", "compile", "warmup")
"""What every edit-run loop pays again."""
_ONCE = ("install", "convert")


@dataclass(frozen=True, slots=True)
class Figure:
    """An energy in J with its own interval, relative cost and interval against its study's best.

    `common_scale` marks an interval that is the power model's doubt alone, which all candidates share.
    """

    energy: Estimate
    provenance: str
    best: float | None = None
    ratio: Estimate | None = None
    study: str | None = None
    common_scale: bool = False


def unit_energy(row: Mapping[str, Any], decision: Mapping[str, Any]) -> Figure | None:
    """Energy per sample (or per model) of a candidate; None where it has none."""
    quantity = row["energy_per_unit"]
    if quantity["value"] is None:
        return None
    samples = decision["functional_unit"]["samples"]
    energy = _interval(quantity, samples)
    ratio = row["ratio_to_best"]
    known = ratio["value"] is not None
    against = _interval(ratio, 1.0) if known else None
    if row["id"] in decision["selected"][:1]:
        against = Estimate(1.0, 1.0, 1.0)
    best = energy.value / against.value if against else None
    return Figure(energy, quantity["provenance"], best, against, decision["run"])


def set_up(rows: list[Mapping[str, Any]]) -> Figure:
    """Installing and converting, once; an environment that two rows share counts once."""
    seen = {(row["framework"], row["version"]): row for row in rows}.values()
    return replace(_phases(list(seen), _ONCE), common_scale=True)


def development_run(row: Mapping[str, Any]) -> Figure:
    """One edit-run loop: import, load, first step or inference, warm-up."""
    return _phases([row], _LOOP)


def _phases(rows: list[Mapping[str, Any]], wanted: tuple[str, ...]) -> Figure:
    quantities = [row["phases"][phase]["energy"] for row in rows for phase in wanted]
    known = [quantity for quantity in quantities if quantity["value"] is not None]
    parts = [_interval(quantity, 1.0) for quantity in known]
    energy = Estimate(*(sum(getattr(part, end) for part in parts) for end in ("value", "low", "high")))
    return Figure(energy, known[0]["provenance"] if known else Provenance.MEASURED.value)


def _interval(quantity: Mapping[str, Any], share: float) -> Estimate:
    value = quantity["value"]
    low = quantity["low"] if quantity["low"] is not None else value
    high = quantity["high"] if quantity["high"] is not None else value
    return Estimate(value / share, low / share, high / share)


def difference(first: Figure, second: Figure) -> Estimate:
    """`first` less `second` in J, with a 95 % interval or wider.

    Two candidates of one study are compared through their ratios to its best, whose intervals leave out what
    both share (the meter's scale); set-ups at the same end of the model's doubt, for the same reason; others
    through their own intervals, taken at their worst.
    """
    if first is second:
        return Estimate(0.0, 0.0, 0.0)
    value = first.energy.value - second.energy.value
    a, b, scale = first.ratio, second.ratio, first.best
    if a and b and scale and first.study == second.study:
        return Estimate(value, scale * (a.low - b.high), scale * (a.high - b.low))
    if first.common_scale and second.common_scale:
        ends = [getattr(first.energy, end) - getattr(second.energy, end) for end in ("low", "high")]
        return Estimate(value, min(*ends, value), max(*ends, value))
    return Estimate(value, first.energy.low - second.energy.high, first.energy.high - second.energy.low)
