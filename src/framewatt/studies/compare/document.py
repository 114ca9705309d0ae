"""The comparison of commands as a document (``framewatt/compare/1``), from its run alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.decision.audits import audit_conditions, audit_readings, unsteady
from framewatt.decision.audits.readings import Reading
from framewatt.decision.conclusion import Conclusion, conclude, regret_quantity
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, Provenance, Quantity, Verdict
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.commands import net_observations, null_observations
from framewatt.runs.question import NULL
from framewatt.runs.records import CommandPace
from framewatt.runs.replay import replay
from framewatt.statistics import fieller_ratio, geometric_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.race import Race, Standing, Standings
    from framewatt.records import Estimate, Host, Measurement, MeterDescription, Observation
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.question import Question

SCHEMA = "framewatt/compare/1"
_UNSAID = ("scope",)
"""The scope is the meter's, which the document names once."""
_TOO_SHORT_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A comparison's run: its race as it stands, its windows, and what they say net of the null command."""

    question: Question
    race: Race
    windows: list[Measurement]
    net: list[Observation]
    unresolved: str | None
    short: tuple[str, ...]
    energy: Provenance

    @property
    def readings(self) -> list[Reading]:
        """CPU seconds of each window, where they can be told from the null command's."""
        return [Reading(o.candidate, o.cpu_seconds, 1, o.block) for o in self.net if o.cpu_seconds > 0]


def build_document(run: RunFolder) -> dict[str, Any]:
    """What a comparison says as far as its run goes; every figure is per unit and net of the null command.

    Raises:
        BadInput: not a comparison's run, or nothing was measured yet.
    """
    comparison = _read(run)
    standings, question = comparison.race.standings(), comparison.question
    conclusion = _conclusion(comparison, standings)
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "run": str(run.path),
        "question": question.to_json(),
        "host": _host(run.manifest.host),
        "meter": _meter(run.manifest.meter),
        "verdict": conclusion.verdict.value,
        "decided_on": standings.decided_on,
        "selected": list(conclusion.selected),
        "regret": regret_quantity(conclusion, Provenance.DERIVED).to_json(without=_UNSAID),
        "reason": conclusion.reason,
        "candidates": [_candidate(comparison, standing) for standing in standings.candidates],
        "null": _null(comparison),
        "ratios": list(_ratios(comparison)),
        "spent_seconds": standings.spent_seconds,
        "budget_needed_seconds": None if comparison.unresolved else standings.budget_needed_seconds,
        "budget_reason": comparison.unresolved or standings.budget_reason,
        "warnings": [asdict(warning) for warning in _warnings(comparison)],
    }


def _read(run: RunFolder) -> _Comparison:
    question, stored = run.manifest.question, replay(run, stored_basis(run.manifest))
    if question is None:
        raise BadInput(f"{run.path}: not a comparison of commands")
    if stored is None:
        raise BadInput(f"{run.path}: nothing was measured yet; go on with: framewatt compare --resume")
    fastest = {pace.candidate: pace.seconds for pace in run.records(CommandPace)}
    short = (name for name in question.ids if fastest.get(name, 1.0) < _TOO_SHORT_SECONDS)
    return _Comparison(
        question=question,
        race=stored.race,
        windows=stored.measurements,
        net=net_observations(stored.measurements),
        unresolved=stored.stopped,
        short=tuple(short),
        energy=run.manifest.meter.provenance,
    )


def _conclusion(comparison: _Comparison, standings: Standings) -> Conclusion:
    if comparison.unresolved:
        return Conclusion(Verdict.UNDECIDED, (), comparison.unresolved)
    unsettled = unsteady(comparison.readings, comparison.question.margin)
    proved = Conclusion(standings.verdict, standings.selected, standings.reason, standings.regret)
    return conclude(proved, unsettled)


def _host(host: Host) -> dict[str, Any]:
    return {"cpu_model": host.cpu_model, "logical_cpus": host.logical_cpus, "virtual": host.virtual}


def _meter(meter: MeterDescription) -> dict[str, str]:
    return {"name": meter.name, "scope": meter.scope.value, "provenance": meter.provenance.value}


def _candidate(comparison: _Comparison, standing: Standing) -> dict[str, Any]:
    windows = [window for window in comparison.windows if window.candidate == standing.id]
    unmeasured = "no window above the null command's noise"
    energy = comparison.energy
    return {
        "id": standing.id,
        "runs": _runs(comparison, windows),
        "energy_per_unit": _figure(standing.cost, "J", energy, unmeasured),
        "cpu_seconds_per_unit": _figure(standing.cpu_seconds, "s", Provenance.MEASURED, unmeasured),
        "peak_memory": _memory(windows),
        "ratio_to_best": _figure(standing.ratio_to_best, "1", Provenance.DERIVED, unmeasured),
        "cpu_ratio_to_best": _figure(standing.cpu_ratio_to_best, "1", Provenance.DERIVED, unmeasured),
        "eliminated_at": standing.eliminated_at,
    }


def _runs(comparison: _Comparison, windows: Sequence[Measurement]) -> int:
    return round(sum(window.units for window in windows) / comparison.question.units)


def _memory(windows: Sequence[Measurement]) -> dict[str, Any]:
    peak = max((window.peak_memory_bytes or 0 for window in windows), default=0)
    if not peak:
        reason = "every run ended before its memory could be looked at"
        return Quantity.unknown("B", reason).to_json(without=_UNSAID)
    return Quantity(float(peak), "B", Provenance.MEASURED).to_json(without=_UNSAID)


def _null(comparison: _Comparison) -> dict[str, Any] | None:
    windows = [w for w in comparison.windows if w.candidate == NULL and not w.invalid]
    if not windows:
        return None
    observed = null_observations(windows)
    energy = geometric_mean([window.cost for window in observed])
    cpu = geometric_mean([window.cpu_seconds for window in observed])
    return {
        "command": comparison.question.null,
        "runs": _runs(comparison, windows),
        "energy_per_unit": _figure(energy, "J", comparison.energy),
        "cpu_seconds_per_unit": _figure(cpu, "s", Provenance.MEASURED),
    }


def _ratios(comparison: _Comparison) -> Iterator[dict[str, Any]]:
    """CPU and energy ratios of all pairs; by Fieller's limits where a net cost may be zero."""
    names, race = comparison.question.ids, comparison.race
    missing = "the second command's net cost cannot be told from zero"
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            energy, cpu = race.ratio(first, second), race.cpu_ratio(first, second)
            if comparison.unresolved:
                energy, cpu = (_fieller(comparison, first, second, what) for what in ("cost", "cpu_seconds"))
            yield {
                "numerator": first,
                "denominator": second,
                "energy": _figure(energy, "1", Provenance.DERIVED, missing),
                "cpu_seconds": _figure(cpu, "1", Provenance.DERIVED, missing),
            }


def _fieller(comparison: _Comparison, first: str, second: str, what: str) -> Estimate | None:
    costs: dict[tuple[str, int], float] = {(o.candidate, o.block): getattr(o, what) for o in comparison.net}
    blocks = [block for name, block in costs if name == first and (second, block) in costs]
    numerators, denominators = ([costs[name, block] for block in blocks] for name in (first, second))
    return fieller_ratio(numerators, denominators)


def _warnings(comparison: _Comparison) -> list[AuditWarning]:
    short = [
        AuditWarning(
            "short-command",
            "a run takes only a few milliseconds, most of it the start of the process",
            "give --null with the cost of starting, or let one run do more work",
            name,
        )
        for name in comparison.short
    ]
    readings = audit_readings(comparison.readings, comparison.question.margin)
    return [*short, *audit_conditions(comparison.windows), *readings]


def _figure(
    estimate: Estimate | None, unit: str, provenance: Provenance, missing: str = "unknown"
) -> dict[str, Any]:
    quantity = Quantity.of_estimate(estimate, unit, provenance, missing=missing)
    return quantity.to_json(without=_UNSAID)
