"""The comparison of commands as a document (``framewatt/compare/1``)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.decision.audits import audit_conditions, audit_readings, unsteady
from framewatt.decision.audits.readings import Reading
from framewatt.decision.conclusion import conclude
from framewatt.records import AuditWarning, Provenance, Quantity, Verdict
from framewatt.statistics import fieller_ratio, geometric_mean
from framewatt.studies.compare.contest import NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.race import Race, Standing
    from framewatt.records import Estimate, Host, Measurement, Observation
    from framewatt.studies.compare.contest import Contest

SCHEMA = "framewatt/compare/1"
_UNSAID = ("scope",)
"""The scope is the meter's, which the document names once."""


def build_document(contest: Contest, race: Race, host: Host) -> dict[str, Any]:
    """What a finished contest says; every figure is per unit and net of the null command."""
    question, description = contest.question, contest.meter.description
    standings = race.standings()
    readings = [Reading(one.candidate, one.cpu_seconds, 1, one.block) for one in _net(contest)]
    readings = [one for one in readings if one.value > 0]
    found = conclude(
        standings.verdict, standings.selected, standings.reason, unsteady(readings, question.margin)
    )
    if contest.unresolved:
        found = conclude(Verdict.UNDECIDED, (), contest.unresolved, ())
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "question": asdict(question) | {"commands": list(question.commands)},
        "host": {"cpu_model": host.cpu_model, "logical_cpus": host.logical_cpus, "virtual": host.virtual},
        "meter": {
            "name": description.name,
            "scope": description.scope.value,
            "provenance": description.provenance.value,
        },
        "verdict": found.verdict.value,
        "decided_on": standings.decided_on,
        "selected": list(found.selected),
        "reason": found.reason,
        "candidates": [_candidate(contest, standing) for standing in standings.candidates],
        "null": _null(contest),
        "ratios": _ratios(contest, race),
        "spent_seconds": standings.spent_seconds,
        "budget_needed_seconds": standings.budget_needed_seconds if not contest.unresolved else None,
        "budget_reason": contest.unresolved or standings.budget_reason,
        "warnings": [asdict(one) for one in _warnings(contest, readings)],
    }


def _candidate(contest: Contest, standing: Standing) -> dict[str, Any]:
    mine = [one for one in contest.windows if one.candidate == standing.id]
    runs = round(sum(one.units for one in mine) / contest.question.units)
    unmeasured = "no window above the null command's noise"
    energy = contest.meter.description.provenance
    return {
        "id": standing.id,
        "runs": runs,
        "energy_per_unit": _figure(standing.cost, "J", energy, unmeasured),
        "cpu_seconds_per_unit": _figure(standing.cpu_seconds, "s", Provenance.MEASURED, unmeasured),
        "peak_memory": _memory(mine),
        "ratio_to_best": _figure(standing.ratio_to_best, "1", Provenance.DERIVED, unmeasured),
        "cpu_ratio_to_best": _figure(standing.cpu_ratio_to_best, "1", Provenance.DERIVED, unmeasured),
        "eliminated_at": standing.eliminated_at,
    }


def _memory(windows: Sequence[Measurement]) -> dict[str, Any]:
    peak = max((one.peak_memory_bytes or 0 for one in windows), default=0)
    if not peak:
        return Quantity.unknown("B", "every run ended before its memory could be looked at").to_json(
            without=_UNSAID
        )
    return Quantity(float(peak), "B", Provenance.MEASURED).to_json(without=_UNSAID)


def _null(contest: Contest) -> dict[str, Any] | None:
    windows = [one for one in contest.windows if one.candidate == NULL and not one.invalid]
    if not windows:
        return None
    seen = [contest.observation(one, None) for one in windows]
    energy = contest.meter.description.provenance
    return {
        "command": contest.question.null,
        "runs": round(sum(one.units for one in windows) / contest.question.units),
        "energy_per_unit": _figure(geometric_mean([one.cost for one in seen]), "J", energy),
        "cpu_seconds_per_unit": _figure(
            geometric_mean([one.cpu_seconds for one in seen]), "s", Provenance.MEASURED
        ),
    }


def _ratios(contest: Contest, race: Race) -> list[dict[str, Any]]:
    """CPU and energy ratios of all pairs; by Fieller's limits where a net cost may be zero."""
    names = contest.question.ids
    rows = []
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            energy, cpu = race.ratio(first, second), race.cpu_ratio(first, second)
            if contest.unresolved:
                energy, cpu = (_fieller(contest, first, second, what) for what in ("cost", "cpu_seconds"))
            why = "the second command's net cost cannot be told from zero"
            rows.append({
                "numerator": first,
                "denominator": second,
                "energy": _figure(energy, "1", Provenance.DERIVED, why),
                "cpu_seconds": _figure(cpu, "1", Provenance.DERIVED, why),
            })  # fmt: skip
    return rows


def _fieller(contest: Contest, first: str, second: str, what: str) -> Estimate | None:
    seen: dict[tuple[str, int], float] = {
        (one.candidate, one.block): getattr(one, what) for one in _net(contest)
    }
    blocks = [block for name, block in seen if name == first and (second, block) in seen]
    numerators, denominators = ([seen[name, block] for block in blocks] for name in (first, second))
    return fieller_ratio(numerators, denominators)


def _net(contest: Contest) -> list[Observation]:
    null = {one.block: one for one in contest.windows if one.candidate == NULL}
    return [
        contest.observation(one, null.get(one.block))
        for one in contest.windows
        if one.candidate != NULL and not one.invalid
    ]


def _warnings(contest: Contest, readings: Sequence[Reading]) -> list[AuditWarning]:
    short = [
        AuditWarning(
            "short-command",
            "a run takes only a few milliseconds, most of it the start of the process",
            "give --null with the cost of starting, or let one run do more work",
            name,
        )
        for name in contest.short
    ]
    measured: Sequence[Measurement] = contest.windows
    return [*short, *audit_conditions(measured), *audit_readings(readings, contest.question.margin)]


def _figure(
    estimate: Estimate | None, unit: str, provenance: Provenance, missing: str = "unknown"
) -> dict[str, Any]:
    quantity = Quantity.of_estimate(estimate, unit, provenance, missing=missing)
    return quantity.to_json(without=_UNSAID)
