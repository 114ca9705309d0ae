"""Putting the document together from the run's evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.carbon.restatement import restate
from framewatt.decision.advice import advise, name_of
from framewatt.decision.costs import selection_cost
from framewatt.decision.decision import SCHEMA, Decision
from framewatt.decision.findings import Findings, read_findings
from framewatt.decision.rows import row_of
from framewatt.decision.training import training_block
from framewatt.decision.warnings import carbon_notices, notices_of
from framewatt.records import Candidate, Stage, Status
from framewatt.runs.carbon_basis import stored_basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.carbon.network import Network
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.manifest import CandidateLine

_ORDER = [Status.MEASURED, Status.ELIMINATED, Status.INFEASIBLE, Status.FAILED, Status.INAPPLICABLE]


def build_decision(
    run: RunFolder, basis: CarbonBasis | None = None, network: Network | None = None
) -> Decision:
    """The decision of a run; with another `basis` the same measurements are seen from another region.

    `network` replaces what the study was told of the energy of its downloads.
    """
    manifest, request = run.manifest, run.manifest.request
    own = stored_basis(manifest)
    evidence = read_findings(run, own, network)
    rows = _rows(evidence)
    standings = evidence.standings
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "run": str(run.path),
        "command": manifest.command,
        "created": manifest.created,
        "stage": manifest.stage.value,
        "workload": manifest.workload.to_json(),
        "scenario": request.work.scenario if manifest.stage is Stage.INFERENCE else None,
        "inputs": _inputs(evidence),
        "functional_unit": manifest.functional_unit.to_json(),
        "objective": request.race.objective,
        "margin": request.race.margin,
        "seed": request.race.seed,
        "verdict": evidence.conclusion.verdict.value,
        "decided_on": standings.decided_on if standings else None,
        "selected": list(evidence.conclusion.selected),
        "reason": evidence.conclusion.reason,
        "rankings": _rankings(evidence),
        "incumbent": _incumbent(evidence),
        "candidates": rows,
        "selection_cost": selection_cost(rows, evidence, _incumbent(evidence)),
        "host": manifest.host.to_json(),
        "meter": {key: value for key, value in manifest.meter.to_json().items() if key != "parameters"},
        "network": {
            "intensity": evidence.network.intensity.to_json(),
            "source": evidence.network.source,
        },
        **training_block(evidence),
        "valid_for": _valid_for(evidence),
        "warnings": notices_of(evidence),
    }
    document = restate(document, basis or own)
    document["warnings"] += carbon_notices(document, own)
    reason = standings.budget_reason if standings else None
    document["advice"] = advise(document, _budget_to_ask(evidence), reason)
    return Decision(document)


def _budget_to_ask(evidence: Findings) -> float | None:
    """The ``--budget`` with which the race would get what it needs: it has only a part of it to itself."""
    needed = evidence.standings.budget_needed_seconds if evidence.standings else None
    if needed is None:
        return None
    manifest = evidence.manifest
    own, whole = manifest.request.race.budget, manifest.whole_budget
    if whole is None:
        whole = own + (manifest.training.serving_budget if manifest.training else 0.0)
    return (needed + evidence.admission_seconds) * whole / own


def _rows(evidence: Findings) -> list[dict[str, Any]]:
    incumbent = _incumbent(evidence)
    entered = [line for line in evidence.manifest.candidates if _entered(line, evidence)]
    rows = [row_of(line, evidence, incumbent) for line in entered]
    selected = evidence.conclusion.selected

    def rank(row: Mapping[str, Any]) -> tuple[bool, int, float]:
        energy = row["energy_per_unit"]["value"]
        status = _ORDER.index(Status(row["status"]))
        known = energy is None
        return (row["id"] not in selected, status if known else 0, float("inf") if known else energy)

    named = [{**row, "name": name_of(row, rows)} for row in rows]
    return sorted(named, key=rank)


def _inputs(evidence: Findings) -> dict[str, Any] | None:
    """Where the inputs came from; None for studies that have none of their own."""
    if evidence.inputs is None:
        return None
    return {key: getattr(evidence.inputs, key) for key in ("source", "generated", "queries", "batch")}


def _entered(line: CandidateLine, evidence: Findings) -> bool:
    """Whether a candidate was tried: at the equal budget always, others when the search reached them."""
    return line.equal_budget or line.id in evidence.measurements or line.id in evidence.statuses


def _rankings(evidence: Findings) -> dict[str, list[str]]:
    """Candidates under the common thread budget, and each framework with the best settings found for it."""
    standings = evidence.standings
    return {
        "equal_budget": list(standings.equal_budget_ranking) if standings else [],
        "best_settings": list(standings.best_settings_ranking) if standings else [],
    }


def _incumbent(evidence: Findings) -> str | None:
    """The id of the candidate that stands for what runs today: its own framework, never a stand-in."""
    asked = evidence.manifest.request.race.incumbent
    raced = [s.id for s in evidence.standings.candidates if s.windows] if evidence.standings else []
    known = (line.id for line in evidence.manifest.candidates)
    matches = [name for name in known if Candidate.parse(name).matches(asked)]
    return next((name for name in matches if name in raced), None)


def _valid_for(evidence: Findings) -> dict[str, Any]:
    host, request = evidence.manifest.host, evidence.manifest.request
    return {
        "cpu": host.cpu_model,
        "isa": list(host.isa),
        "versions": {line.framework: line.version for line in evidence.manifest.candidates},
        "threads": request.candidates.threads,
        "batch": request.work.batch_size,
        "scenario": request.work.scenario,
    }
