"""What the selection itself spent, and after how many units of work it has paid for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.metering.accounting import reserved_joules
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.findings import Findings
    from framewatt.records import Usage


@dataclass(frozen=True, slots=True)
class SelectionCost:
    """Energy and wall time of building, converting and racing, and the units of R that pay it back."""

    energy: Quantity
    duration: Quantity
    payback_units: Quantity

    def to_json(self) -> dict[str, Any]:
        """The cost as the document shows it."""
        return {
            "energy": self.energy.to_json(),
            "duration": self.duration.to_json(),
            "payback_units": self.payback_units.to_json(),
        }


def selection_cost(rows: Sequence[CandidateRow], evidence: Findings, incumbent: str | None) -> SelectionCost:
    """What a run has cost, and when it has paid for itself."""
    energy = _energy(evidence)
    return SelectionCost(energy, _duration(evidence), _payback(energy, rows, evidence, incumbent))


def _energy(evidence: Findings) -> Quantity:
    """Metered windows by the meter, everything else by the power model; the sum is as weak as the weaker."""
    windows = [m for measurements in evidence.measurements.values() for m in measurements if not m.invalid]
    metered = sum(reserved_joules(m) for m in windows)
    built = [evidence.model.energy(usage.seconds, usage.cpu_seconds) for usage in _builds(evidence)]
    parts = [metered, *(estimate.value for estimate in built)]
    return Quantity(
        sum(parts),
        "J",
        Provenance.ESTIMATED,
        scope=evidence.manifest.meter.scope,
        reason="metered windows, launches, builds and conversions; builds by the power model",
    )


def _builds(evidence: Findings) -> list[Usage]:
    built = [*evidence.environments.values(), *evidence.converters.values()]
    environments = {environment.interpreter: environment for environment in built}.values()
    usages = [environment.install for environment in environments if environment.install]
    return [*usages, *evidence.conversions.values()]


def _duration(evidence: Findings) -> Quantity:
    windows = [m for measurements in evidence.measurements.values() for m in measurements]
    seconds = sum(m.usage.seconds for m in windows) + sum(usage.seconds for usage in _builds(evidence))
    return Quantity(seconds, "s", Provenance.MEASURED, reason="builds from an earlier run's cache included")


def _payback(
    energy: Quantity, rows: Sequence[CandidateRow], evidence: Findings, incumbent: str | None
) -> Quantity:
    unit = evidence.manifest.functional_unit.name
    chosen = evidence.conclusion.selected
    if incumbent is None:
        asked = evidence.manifest.request.race.incumbent
        return Quantity.unknown(
            unit,
            f"the incumbent {asked!r} was not measured" if asked else "no incumbent was named: --incumbent",
        )
    if not chosen:
        return Quantity.unknown(unit, "nothing was selected")
    figures = {row.id: row.per_unit.energy.value for row in rows}
    saved = (figures[incumbent] or 0.0) - (figures[chosen[0]] or 0.0)
    if incumbent in chosen or saved <= 0:
        return Quantity.unknown(unit, "never: the incumbent is already among the best")
    return Quantity.derived((energy.value or 0.0) / saved, unit, (Provenance.ESTIMATED,))
