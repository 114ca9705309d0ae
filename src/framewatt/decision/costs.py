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


def selection_cost(rows: Sequence[CandidateRow], findings: Findings, incumbent: str | None) -> SelectionCost:
    """What a run has cost, and when it has paid for itself."""
    energy = _energy(findings)
    return SelectionCost(energy, _duration(findings), _payback(energy, rows, findings, incumbent))


def _energy(findings: Findings) -> Quantity:
    """Metered windows by the meter, everything else by the power model; the sum is as weak as the weaker."""
    windows = [m for measurements in findings.measurements.values() for m in measurements if not m.invalid]
    metered = sum(reserved_joules(m) for m in windows)
    built = [findings.model.energy(usage.seconds, usage.cpu_seconds) for usage in _builds(findings)]
    parts = [metered, *(estimate.value for estimate in built)]
    return Quantity(
        sum(parts),
        "J",
        Provenance.ESTIMATED,
        scope=findings.manifest.meter.scope,
        reason="metered windows, launches, builds and conversions; builds by the power model",
    )


def _builds(findings: Findings) -> list[Usage]:
    built = [*findings.environments.values(), *findings.converters.values()]
    environments = {environment.interpreter: environment for environment in built}.values()
    usages = [environment.install for environment in environments if environment.install]
    return [*usages, *findings.conversions.values()]


def _duration(findings: Findings) -> Quantity:
    windows = [m for measurements in findings.measurements.values() for m in measurements]
    seconds = sum(m.usage.seconds for m in windows) + sum(usage.seconds for usage in _builds(findings))
    return Quantity(seconds, "s", Provenance.MEASURED, reason="builds from an earlier run's cache included")


def _payback(
    energy: Quantity, rows: Sequence[CandidateRow], findings: Findings, incumbent: str | None
) -> Quantity:
    unit = findings.manifest.functional_unit.name
    chosen = findings.conclusion.selected
    if incumbent is None:
        asked = findings.manifest.request.race.incumbent
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
