"""Putting the document together from the run's findings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.carbon.restatement import restate
from framewatt.decision.advice import Outcome, advise
from framewatt.decision.conclusion import regret_quantity
from framewatt.decision.costs import preparation_block, selection_cost
from framewatt.decision.decision import SCHEMA, Decision
from framewatt.decision.findings import Findings, read_findings
from framewatt.decision.frameworks import framework_rows, setting_block
from framewatt.decision.incumbent import Incumbent, incumbent_of
from framewatt.decision.naming import name_of
from framewatt.decision.remedies import remedies_of
from framewatt.decision.rows import row_of
from framewatt.decision.savings import savings_of, with_carbon
from framewatt.decision.shortfall import shortfall
from framewatt.decision.training import training_study
from framewatt.decision.warnings import carbon_notices, notices_of
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, Objective, Provenance, Stage, Status
from framewatt.runs.carbon_basis import stored_basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.carbon.network import Network
    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.manifest import CandidateLine

_ORDER = [Status.MEASURED, Status.ELIMINATED, Status.INFEASIBLE, Status.FAILED, Status.INAPPLICABLE]
_AT_LEAST_TIMES = 1.5
"""The budget just spent was not enough, whatever the estimate says: ask for clearly more of it."""


def build_decision(
    run: RunFolder, basis: CarbonBasis | None = None, network: Network | None = None
) -> Decision:
    """The decision of a run; with another `basis` the same measurements are seen from another region.

    `network` replaces what the study was told of the energy of its downloads.

    Raises:
        BadInput: the run compares commands.
    """
    if run.manifest.question is not None:
        raise BadInput(f"{run.path}: a comparison of commands: see framewatt report")
    own = stored_basis(run.manifest)
    findings = read_findings(run, own, network)
    incumbent = incumbent_of(findings)
    rows = _rows(findings, incumbent)
    notices = notices_of(findings)
    document = {
        **_head(run, findings),
        **_conclusion(findings, incumbent),
        **_answer(rows, findings, incumbent, notices),
        "candidates": [row.to_json() for row in rows],
        "selection_cost": selection_cost(rows, findings, incumbent).to_json(),
        "preparation": preparation_block(findings),
        **_setting(findings),
        "warnings": [asdict(warning) for warning in notices],
    }
    document = restate(document, basis or own)
    document["savings"] = with_carbon(document)
    document["warnings"] += [asdict(warning) for warning in carbon_notices(document, own)]
    return Decision(document)


def _head(run: RunFolder, findings: Findings) -> dict[str, Any]:
    """What was asked."""
    manifest, request = run.manifest, run.manifest.request
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "run": str(run.path),
        "command": manifest.command,
        "created": manifest.created,
        "stage": manifest.stage.value,
        "workload": manifest.workload.to_json(),
        "scenario": request.work.scenario if manifest.stage is Stage.INFERENCE else None,
        "inputs": _inputs(findings),
        "functional_unit": manifest.functional_unit.to_json(),
        "objective": request.race.objective,
        "margin": request.race.margin,
        "seed": request.race.seed,
    }


def _conclusion(findings: Findings, incumbent: Incumbent) -> dict[str, Any]:
    """What the race came to, under the common thread budget and with the best settings of each framework."""
    standings, conclusion = findings.standings, findings.conclusion
    energy = findings.manifest.meter.provenance
    by_cpu = standings is not None and standings.decided_on == "cpu_seconds"
    return {
        "verdict": conclusion.verdict.value,
        "decided_on": standings.decided_on if standings else None,
        "selected": list(conclusion.selected),
        "max_regret": findings.manifest.request.race.max_regret,
        "regret": regret_quantity(conclusion, Provenance.MEASURED if by_cpu else energy).to_json(),
        "reason": conclusion.reason,
        "rankings": {
            "equal_budget": list(standings.equal_budget_ranking) if standings else [],
            "best_settings": list(standings.best_settings_ranking) if standings else [],
        },
        "incumbent": incumbent.id,
        "incumbent_reason": incumbent.reason,
    }


def _answer(
    rows: Sequence[CandidateRow], findings: Findings, incumbent: Incumbent, notices: Sequence[AuditWarning]
) -> dict[str, Any]:
    """The answer in a sentence, its frameworks, its setting, what it saves, and what to do next."""
    by_id = {row.id: row for row in rows}
    decided_on = findings.standings.decided_on if findings.standings else Objective.ENERGY.value
    frameworks = framework_rows(rows, findings)
    chosen = next(iter(findings.conclusion.selected), None)
    by_cpu, manifest = decided_on == "cpu_seconds", findings.manifest
    # A table's volume counts rows that are scored: nobody trains a model for each.
    volume = manifest.request.work.production() if manifest.stage is Stage.INFERENCE else None
    savings = savings_of(chosen, incumbent, by_id, by_cpu=by_cpu, volume=volume)
    margin = manifest.request.race.margin
    outcome = Outcome(findings.conclusion, frameworks, savings, decided_on, margin, shortfall(rows, findings))
    return {
        "advice": advise(outcome),
        "remedies": remedies_of(frameworks, findings, budget_to_ask(findings), notices),
        "frameworks": [row.to_json() for row in frameworks],
        "setting": setting_block(by_id, findings),
        "savings": savings.to_json(),
    }


def _setting(findings: Findings) -> dict[str, Any]:
    """What it was measured with, and what it holds for."""
    manifest, network, training = findings.manifest, findings.network, training_study(findings)
    return {
        "host": manifest.host.to_json(),
        "meter": {key: value for key, value in manifest.meter.to_json().items() if key != "parameters"},
        "network": {"intensity": network.intensity.to_json(), "source": network.source},
        **({"training": training.to_json()} if training else {}),
        "valid_for": _valid_for(findings),
    }


def budget_to_ask(findings: Findings) -> float | None:
    """The ``--budget`` with which the race would get what it needs: it has only a part of it to itself."""
    needed = findings.standings.budget_needed_seconds if findings.standings else None
    if needed is None:
        return None
    manifest = findings.manifest
    own, whole = manifest.request.race.budget, manifest.whole_budget
    if whole is None:
        whole = own + (manifest.training.serving_budget if manifest.training else 0.0)
    return max((needed + findings.admission_seconds) * whole / own, _AT_LEAST_TIMES * whole)


def _rows(findings: Findings, incumbent: Incumbent) -> list[CandidateRow]:
    """Those that were tried: the selected first, then whom there are figures of, cheapest first."""
    entered = [line for line in findings.manifest.candidates if _entered(line, findings)]
    rows = [row_of(line, name_of(line, entered), findings, incumbent) for line in entered]
    selected = findings.conclusion.selected

    def rank(row: CandidateRow) -> tuple[bool, int, float]:
        energy = row.per_unit.energy.value
        if energy is None:
            return row.id not in selected, _ORDER.index(row.status), float("inf")
        return row.id not in selected, 0, energy

    return sorted(rows, key=rank)


def _inputs(findings: Findings) -> dict[str, Any] | None:
    """Where the inputs came from; None for studies that have none of their own."""
    if findings.inputs is None:
        return None
    return {key: getattr(findings.inputs, key) for key in ("source", "generated", "queries", "batch")}


def _entered(line: CandidateLine, findings: Findings) -> bool:
    """Whether a candidate was tried: those that begin always, others when the search reached them."""
    return line.at_once or line.id in findings.measurements or line.id in findings.statuses


def _valid_for(findings: Findings) -> dict[str, Any]:
    host, request = findings.manifest.host, findings.manifest.request
    return {
        "cpu": host.cpu_model,
        "isa": list(host.isa),
        "versions": {line.framework: line.version for line in findings.manifest.candidates},
        "threads": request.candidates.threads,
        "batch": request.work.batch_size,
        "scenario": request.work.scenario,
    }
