"""Putting the document together from the run's evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from framewatt import __version__
from framewatt.carbon.views import CarbonBasis, basis_for, carbon_block
from framewatt.document.advice import advise, name_of
from framewatt.document.costs import selection_cost
from framewatt.document.decision import SCHEMA, Decision
from framewatt.document.evidence import Evidence, read_evidence
from framewatt.document.notices import notices_of
from framewatt.document.rows import row_of
from framewatt.document.training import training_block
from framewatt.intensity import intensity_or_reason
from framewatt.records import Stage, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.store import RunFolder

_ORDER = [Status.MEASURED, Status.ELIMINATED, Status.INFEASIBLE, Status.FAILED, Status.INAPPLICABLE]


def carbon_basis(region: str | None, intensity: float | None) -> CarbonBasis:
    """What turns energy into carbon; open, with the reason, where the region's source does not answer.

    Raises:
        BadInput: an unknown region, or an impossible intensity.
    """
    found, reason = intensity_or_reason(region, intensity)
    basis = basis_for(found)
    return replace(basis, no_intensity=reason) if reason else basis


def build_decision(run: RunFolder, basis: CarbonBasis | None = None) -> Decision:
    """The decision of a run; with another `basis` the same measurements are seen from another region."""
    request = run.manifest["request"]
    own = carbon_basis(request["region"], request["intensity"])
    evidence = read_evidence(run, own)
    evidence = replace(evidence, basis=basis or own)
    rows = _rows(evidence)
    standings = evidence.standings
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "run": str(run.path),
        "command": run.manifest["command"],
        "created": run.manifest["created"],
        "stage": run.manifest["stage"],
        "workload": run.manifest["workload"],
        "scenario": request["scenario"] if run.manifest["stage"] == Stage.INFERENCE else None,
        "functional_unit": run.manifest["functional_unit"],
        "objective": request["objective"],
        "margin": request["margin"],
        "seed": request["seed"],
        "verdict": _verdict(evidence).value,
        "decided_on": standings.decided_on if standings else None,
        "selected": list(standings.selected) if standings else [],
        "incumbent": _incumbent(evidence),
        "candidates": rows,
        "selection_cost": selection_cost(rows, evidence, _incumbent(evidence)),
        "host": run.manifest["host"],
        "meter": {key: run.manifest["meter"][key] for key in ("name", "scope", "domains", "provenance")},
        "carbon": carbon_block(evidence.basis),
        **training_block(evidence),
        "valid_for": _valid_for(evidence),
        "warnings": notices_of(evidence),
    }
    needed = standings.budget_needed_seconds if standings else None
    document["advice"] = advise(document, needed, standings.budget_reason if standings else None)
    return Decision(document)


def _rows(evidence: Evidence) -> list[dict[str, Any]]:
    incumbent = _incumbent(evidence)
    rows = [row_of(entry, evidence, incumbent) for entry in evidence.manifest["candidates"]]
    selected = evidence.standings.selected if evidence.standings else ()

    def rank(row: Mapping[str, Any]) -> tuple[bool, int, float]:
        energy = row["energy_per_unit"]["value"]
        status = _ORDER.index(Status(row["status"]))
        known = energy is None
        return (row["id"] not in selected, status if known else 0, float("inf") if known else energy)

    named = [{**row, "name": name_of(row, rows)} for row in rows]
    return sorted(named, key=rank)


def _verdict(evidence: Evidence) -> Verdict:
    return evidence.standings.verdict if evidence.standings else Verdict.NONE


def _incumbent(evidence: Evidence) -> str | None:
    """The id of the candidate that stands for what runs today: its own framework, never a stand-in."""
    asked = evidence.manifest["request"]["incumbent"]
    raced = [s.id for s in evidence.standings.candidates if s.windows] if evidence.standings else []
    known: Sequence[Mapping[str, Any]] = evidence.manifest["candidates"]
    matches = [
        e["id"] for e in known if asked in {e["id"], e["framework"], f"{e['framework']}=={e['version']}"}
    ]
    return next((name for name in matches if name in raced), None)


def _valid_for(evidence: Evidence) -> dict[str, Any]:
    host, request = evidence.manifest["host"], evidence.manifest["request"]
    return {
        "cpu": host["cpu_model"],
        "isa": host["isa"],
        "versions": {entry["framework"]: entry["version"] for entry in evidence.manifest["candidates"]},
        "threads": request["threads"],
        "batch": request["batch_size"],
        "scenario": request["scenario"],
    }
