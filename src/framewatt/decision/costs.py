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
    from framewatt.decision.incumbent import Incumbent
    from framewatt.records import Usage
    from framewatt.runs.records import BuiltEnvironment


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


def selection_cost(rows: Sequence[CandidateRow], findings: Findings, incumbent: Incumbent) -> SelectionCost:
    """What this run has cost, and when it has paid for itself; what earlier runs built is not its."""
    energy = _energy(findings)
    return SelectionCost(energy, _duration(findings), _payback(energy, rows, findings, incumbent))


def preparation_block(findings: Findings) -> dict[str, Any]:
    """How long getting ready took, and what the environments took when they were built, once a machine."""
    seconds = findings.preparation_seconds
    duration = (
        Quantity.unknown("s", "this kind of study does not tell it apart")
        if seconds is None
        else Quantity(seconds, "s", Provenance.MEASURED, reason="builds, conversions and first launches")
    )
    built = _environments(findings)
    usages = [one.install for one in built if one.install]
    energy = sum(findings.model.energy(usage.seconds, usage.cpu_seconds).value for usage in usages)
    sizes = [one.download_bytes for one in built if one.download_bytes]
    return {
        "duration": duration.to_json(),
        "environments": {
            "energy": Quantity(energy, "J", Provenance.ESTIMATED, scope=findings.model.scope).to_json(),
            "duration": Quantity(sum(u.seconds for u in usages), "s", Provenance.MEASURED).to_json(),
            "bytes": Quantity(float(sum(sizes)), "B", Provenance.PUBLISHED).to_json(),
        },
    }


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
        reason="metered windows, launches, and this run's builds and conversions; those by the power model",
    )


def _builds(findings: Findings) -> list[Usage]:
    """What this run itself had to make."""
    usages = [one.install for one in _environments(findings) if one.built_now and one.install]
    return [*usages, *(made.spent or made.cost for made in findings.conversions.values())]


def _environments(findings: Findings) -> list[BuiltEnvironment]:
    """Every environment once, however many candidates run in it."""
    built = [*findings.environments.values(), *findings.converters.values()]
    return list({environment.interpreter: environment for environment in built}.values())


def _duration(findings: Findings) -> Quantity:
    windows = [m for measurements in findings.measurements.values() for m in measurements]
    seconds = sum(m.usage.seconds for m in windows) + sum(usage.seconds for usage in _builds(findings))
    return Quantity(seconds, "s", Provenance.MEASURED, reason="what earlier runs built is not counted")


def _payback(
    energy: Quantity, rows: Sequence[CandidateRow], findings: Findings, incumbent: Incumbent
) -> Quantity:
    unit = findings.manifest.functional_unit.name
    chosen = findings.conclusion.selected
    if incumbent.id is None:
        return Quantity.unknown(unit, incumbent.reason or "not known")
    if not chosen:
        return Quantity.unknown(unit, "nothing was selected")
    figures = {row.id: row.per_unit.energy.value for row in rows}
    saved = (figures[incumbent.id] or 0.0) - (figures[chosen[0]] or 0.0)
    if incumbent.id in chosen or saved <= 0:
        return Quantity.unknown(unit, "never: the incumbent is already among the best")
    return Quantity.derived((energy.value or 0.0) / saved, unit, (Provenance.ESTIMATED,))
