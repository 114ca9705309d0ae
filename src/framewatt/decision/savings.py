"""What the choice saves against what runs today, in figures that people can picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.incumbent import Incumbent
    from framewatt.runs.request.volume import Volume

_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Savings:
    """The share of today's cost that the choice spares, negative where it is dearer, and the differences.

    `share` is of what the verdict rests on; energy and CPU seconds are per unit of R.
    """

    against: CandidateRow | None
    share: Quantity
    energy: Quantity
    cpu_seconds: Quantity
    volume: Volume | None

    def to_json(self) -> dict[str, Any]:
        """The savings as the document shows them, but for carbon (see `with_carbon`)."""
        yearly = self.volume.units_a_year if self.volume else None
        return {
            "against": self.against.id if self.against else None,
            "name": self.against.name if self.against else None,
            "share": self.share.to_json(),
            "per_million_units": self._times(_MILLION),
            "per_year": self._times(yearly) if yearly else None,
            "volume": self.volume.to_json() if self.volume else None,
        }

    def _times(self, units: float) -> dict[str, Any]:
        return {
            "units": units,
            "energy": _scaled(self.energy, units, "J").to_json(),
            "cpu_seconds": _scaled(self.cpu_seconds, units, "s").to_json(),
        }


def with_carbon(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document's savings with the carbon that they spare, from its candidates' scores."""
    savings, scores = document["savings"], {row["id"]: row["sci"] for row in document["candidates"]}
    spared = None
    if savings["against"] and document["selected"]:
        own, today = scores[document["selected"][0]], scores[savings["against"]]
        part = next((p for p in ("score", "operational") if own[p]["value"] and today[p]["value"]), None)
        spared = (today[part]["value"] - own[part]["value"], part) if part else None

    def told(figures: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if figures is None else {**figures, "carbon": _carbon(spared, figures["units"]).to_json()}

    return {**savings, **{period: told(savings[period]) for period in ("per_million_units", "per_year")}}


def _carbon(spared: tuple[float, str] | None, units: float) -> Quantity:
    if spared is None:
        return Quantity.unknown("g", "the grid's intensity is not known: --region or --intensity")
    grams, part = spared
    figure = Quantity.derived(grams * units, "g", (Provenance.ESTIMATED,))
    alone = "operational alone: the hardware is not described"
    return figure if part == "score" else replace(figure, reason=alone)


def savings_of(
    chosen: str | None,
    incumbent: Incumbent,
    rows: Mapping[str, CandidateRow],
    *,
    by_cpu: bool,
    volume: Volume | None,
) -> Savings:
    """How much less the chosen candidate costs than what runs today; unknown with the reason without one."""
    why_not = incumbent.reason
    if chosen is None:
        why_not = "nothing was selected"
    elif chosen == incumbent.id:
        why_not = "the incumbent itself was selected"
    if why_not or incumbent.id is None or chosen is None:
        reason = why_not or "not known"
        share, energy, cpu = (Quantity.unknown(unit, reason) for unit in ("1", "J", "s"))
        today = None if incumbent.id is None else rows[incumbent.id]
        return Savings(today, share, energy, cpu, volume)
    own, beside = rows[chosen], rows[incumbent.id]
    ratio = own.ratios.cpu_to_incumbent if by_cpu else own.ratios.to_incumbent
    return Savings(
        against=beside,
        share=_spared(ratio),
        energy=_less(beside.per_unit.energy, own.per_unit.energy),
        cpu_seconds=_less(beside.per_unit.cpu_seconds, own.per_unit.cpu_seconds),
        volume=volume,
    )


def _spared(ratio: Quantity) -> Quantity:
    """One less a ratio, its ends exchanged."""
    if ratio.value is None or ratio.provenance is None:
        return ratio
    low, high = (None if end is None else 1 - end for end in (ratio.high, ratio.low))
    return Quantity(1 - ratio.value, "1", ratio.provenance, low, high)


def _less(today: Quantity, own: Quantity) -> Quantity:
    if today.value is None or own.value is None:
        return Quantity.unknown(today.unit, today.reason or own.reason or "not known")
    return Quantity.derived(
        today.value - own.value, today.unit, (today.provenance or Provenance.DERIVED,), scope=today.scope
    )


def _scaled(per_unit: Quantity, units: float, unit: str) -> Quantity:
    if per_unit.value is None:
        return Quantity.unknown(unit, per_unit.reason or "not known")
    return Quantity.derived(
        per_unit.value * units, unit, (per_unit.provenance or Provenance.DERIVED,), scope=per_unit.scope
    )
