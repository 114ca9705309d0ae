"""From a run's findings to one contestant's row: how it ended, and its figures per unit of R."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.decision.candidate_row import CandidateRow, Judged, Ratios, UnitFigures
from framewatt.decision.figures import grouped, mean_over_trials, widened
from framewatt.decision.phases import phases_of
from framewatt.decision.training import training_of
from framewatt.metering.accounting import marginal_joules, observations, reserved_joules
from framewatt.metering.power.platform import platform_remainder
from framewatt.records import Objective, Phase, Provenance, Quantity, Scope, Status, latency
from framewatt.runs.replay import reserved_share
from framewatt.statistics import fieller_ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.decision.findings import Findings
    from framewatt.decision.incumbent import Incumbent
    from framewatt.records import Estimate, Measurement, Observation
    from framewatt.runs.manifest import CandidateLine

_PERCENTILES = (50, 90, 99)


def row_of(line: CandidateLine, name: str, findings: Findings, incumbent: Incumbent) -> CandidateRow:
    """A candidate's row; `line` is its line in the manifest, `name` its name for people."""
    status, reason = _status(line.id, findings)
    missing = reason or "no valid window was measured"
    return CandidateRow(
        line=line,
        name=name,
        status=status,
        reason=reason,
        per_unit=_per_unit_of(line.id, findings, missing),
        ratios=_ratios(line.id, findings, incumbent, missing),
        quality=_quality(line.id, findings),
        parity=_parity(line.id, findings, missing),
        phases=phases_of(line.id, findings),
        training=training_of(line.id, findings),
    )


def _per_unit_of(name: str, findings: Findings, missing: str) -> UnitFigures:
    energy = energy_per_unit(name, findings, missing)
    return UnitFigures(
        energy=energy,
        platform_remainder=_remainder(energy),
        marginal_energy=_marginal(name, findings, missing),
        cpu_seconds=_per_unit(name, findings, lambda o: o.cpu_seconds, "s", missing),
        seconds=_per_unit(name, findings, lambda o: o.seconds, "s", missing),
        latency=_latency(name, findings, missing),
        peak_memory=_memory(name, findings, missing),
    )


def energy_per_unit(name: str, findings: Findings, missing: str) -> Quantity:
    """Reserved energy per unit of R in J, with run noise and, where it is estimated, the model's doubt."""
    meter = findings.manifest.meter
    observed = _observed(name, findings, reserved_joules)
    value = mean_over_trials(grouped([(o.trial, o.cost) for o in observed]))
    if value is not None and meter.provenance is Provenance.ESTIMATED:
        share = reserved_share(findings.manifest, name)
        value = widened(value, findings.model.energy(*_mean_usage(observed), share))
    per_unit = _per("J", findings)
    return Quantity.of_estimate(value, per_unit, meter.provenance, missing=missing, scope=meter.scope)


def _remainder(energy: Quantity) -> Quantity:
    """What a package counter does not see of the energy per unit; SCI adds it, under its own name."""
    if energy.value is None or energy.scope is Scope.WALL:
        reason = energy.reason if energy.value is None else "the meter reads at the wall: nothing is missing"
        return Quantity.unknown(energy.unit, reason or "not known")
    return replace(platform_remainder(energy.value), unit=energy.unit)


def _status(name: str, findings: Findings) -> tuple[Status, str | None]:
    if name in findings.statuses:
        settled = findings.statuses[name]
        return settled.status, settled.reason
    if name in findings.references:
        return Status.MEASURED, f"{findings.references[name]}; it was run to be compared with"
    known = findings.standings.candidates if findings.standings else ()
    standing = next((s for s in known if s.id == name), None)
    if standing is None:
        return Status.FAILED, "the run ended before this candidate was launched"
    if not standing.windows:
        return Status.ELIMINATED, standing.reason or "the budget ended before its first window"
    if standing.eliminated_at is not None:
        return Status.ELIMINATED, standing.reason
    return Status.MEASURED, None


def _observed(name: str, findings: Findings, cost: Callable[[Measurement], float]) -> list[Observation]:
    return observations(findings.measurements.get(name, []), cost)


def _mean_usage(observed: list[Observation]) -> tuple[float, float]:
    count = len(observed)
    return sum(o.seconds for o in observed) / count, sum(o.cpu_seconds for o in observed) / count


def _per(unit: str, findings: Findings) -> str:
    return f"{unit}/{findings.manifest.functional_unit.name}"


def _per_unit(
    name: str, findings: Findings, figure: Callable[[Observation], float], unit: str, missing: str
) -> Quantity:
    observed = _observed(name, findings, lambda m: m.usage.seconds)
    value = mean_over_trials(grouped([(o.trial, figure(o)) for o in observed if figure(o) > 0]))
    return Quantity.of_estimate(value, _per(unit, findings), Provenance.MEASURED, missing=missing)


def _marginal(name: str, findings: Findings, missing: str) -> Quantity:
    """What the work adds to the idle machine: joules over units, by Fieller's limits over trials.

    A difference of two energies may be near zero, where logarithms would not do; an estimate's own doubt is
    added in quadrature.
    """
    provenance, scope = findings.manifest.meter.provenance, findings.manifest.meter.scope
    observed = _observed(name, findings, marginal_joules)
    if not observed:
        return Quantity.unknown(_per("J", findings), missing, scope=scope)
    trials = [[o for o in observed if o.trial == trial] for trial in sorted({o.trial for o in observed})]
    joules, units = ([sum(f(o) for o in trial) for trial in trials] for f in (_joules, _units))
    value = sum(joules) / sum(units)
    noise = fieller_ratio(joules, units)
    low, high = (noise.low, noise.high) if noise else (None, None)
    if provenance is Provenance.ESTIMATED:
        model = findings.model.dynamic_energy(*_mean_usage(observed))
        if model.value:
            doubt = (value * (1 - end / model.value) for end in (model.low, model.high))
            known = (value - end if end is not None else 0.0 for end in (low, high))
            below, above = (math.hypot(*parts) for parts in zip(doubt, known, strict=True))
            low, high = value - below, value + above
    return Quantity(value, _per("J", findings), provenance, low, high, scope)


def _joules(observation: Observation) -> float:
    return observation.cost * observation.units


def _units(observation: Observation) -> float:
    return observation.units


def _latency(name: str, findings: Findings, missing: str) -> dict[str, Quantity]:
    steady = [m for m in findings.measurements.get(name, []) if m.phase is Phase.STEADY and m.latency]
    counts = latency.merge(m.latency for m in steady if m.latency)
    figures = {}
    for percent in _PERCENTILES:
        value = latency.percentile(counts, percent)
        if value is None:
            figures[f"p{percent}"] = Quantity.unknown("s", missing)
            continue
        low, high = latency.percentile_interval(counts, percent)
        figures[f"p{percent}"] = Quantity(value, "s", Provenance.MEASURED, low, high)
    return figures


def _memory(name: str, findings: Findings, missing: str) -> Quantity:
    peaks = [m.peak_memory_bytes for m in findings.measurements.get(name, []) if m.peak_memory_bytes]
    return Quantity(float(max(peaks)), "B", Provenance.MEASURED) if peaks else Quantity.unknown("B", missing)


def _ratios(name: str, findings: Findings, incumbent: Incumbent, missing: str) -> Ratios:
    standing = None
    if findings.standings:
        standing = next((s for s in findings.standings.candidates if s.id == name), None)
    energy = findings.manifest.meter.provenance
    if energy is Provenance.MEASURED and findings.manifest.request.race.objective == Objective.CARBON:
        energy = Provenance.DERIVED  # the grid's intensity and the hardware's M are no measurements

    def ratio(estimate: Estimate | None, provenance: Provenance, reason: str) -> Quantity:
        return Quantity.of_estimate(estimate, "1", provenance, missing=reason)

    against = incumbent.reason or f"the incumbent {incumbent.id} and this candidate did not run together"
    today = cpu_today = None
    if incumbent.id and findings.replay and standing:
        today = findings.replay.race.ratio(name, incumbent.id)
        cpu_today = findings.replay.race.cpu_ratio(name, incumbent.id)
    best, cpu = (standing.ratio_to_best, standing.cpu_ratio_to_best) if standing else (None, None)
    return Ratios(
        to_best=ratio(best, energy, missing),
        to_incumbent=ratio(today, energy, against),
        cpu_to_best=ratio(cpu, Provenance.MEASURED, missing),
        cpu_to_incumbent=ratio(cpu_today, Provenance.MEASURED, against),
    )


def _quality(name: str, findings: Findings) -> Judged:
    score = findings.qualities.get(name)
    if score is None:
        return Judged(None, Quantity.unknown("1", "no labels were given: --labels and --metric"))
    value = Quantity(score.value, "1", Provenance.MEASURED, score.low, score.high)
    return Judged(score.metric, value)


def _parity(name: str, findings: Findings, missing: str) -> Judged:
    """The largest disagreement with the oracle, relative to the output's scale."""
    check = findings.parities.get(name)
    if check is None:
        return Judged(None, Quantity.unknown("1", missing))
    if check.error is None:
        return Judged(check.oracle, Quantity.unknown("1", check.oracle))
    return Judged(check.oracle, Quantity(check.error, "1", Provenance.MEASURED))
