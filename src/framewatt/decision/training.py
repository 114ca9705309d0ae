"""What a training study adds to the document: the target, and how each candidate came to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from framewatt.decision.findings import Findings
    from framewatt.records import Scope
    from framewatt.runs.records import Confirmation, CurveCost, TrainingOutcome


def training_block(evidence: Findings) -> dict[str, Any]:
    """The study's ``training`` entry: task, parts and target; nothing for a study without training."""
    target, training = evidence.target, evidence.manifest.training
    if target is None or training is None:
        return {}
    declared = target.source == "--quality"
    value = (
        Quantity.unknown("1", "no candidate could be trained, so there is nothing to take a target from")
        if target.value is None
        else Quantity(target.value, "1", Provenance.DECLARED if declared else Provenance.MEASURED)
    )
    return {"training": {**training.described, "target": value.to_json(), "target_source": target.source}}


def training_of(name: str, evidence: Findings) -> dict[str, Any]:
    """A candidate's ``training`` entry: rounds, curve, tuning, model size; nothing where nobody trained."""
    outcome = evidence.trainings.get(name)
    if outcome is None:
        return {}
    scope, provenance = evidence.manifest.meter.scope, evidence.manifest.meter.provenance
    return {
        "training": {
            "capacity": outcome.capacity,
            "rounds": _known(outcome.rounds, "round", "it was not refitted").to_json(),
            "model_size": _model_size(outcome.confirmation).to_json(),
            "model_file": f"models/{outcome.model}" if outcome.model else None,
            **_reached(outcome),
            "curve": [point._asdict() for point in outcome.curve],
            "energy_curve": [_cost(cost, outcome, provenance, scope) for cost in outcome.costs],
            "tuning": {
                "points": [asdict(point) for point in outcome.tuning.points],
                "energy": Quantity(outcome.tuning.joules, "J", provenance, scope=scope).to_json(),
            },
        }
    }


def _reached(outcome: TrainingOutcome) -> dict[str, Any]:
    """How many of the seeds came to the quality, where each counts for itself."""
    if outcome.reached is None:
        return {}
    among = f"of {outcome.seeds} seeds"
    return {"reached": Quantity(outcome.reached, "seed", Provenance.MEASURED, reason=among).to_json()}


def _model_size(confirmation: Confirmation | None) -> Quantity:
    missing = "it was not refitted" if confirmation is None else "this kind of task does not save its models"
    return _known(confirmation.model_bytes if confirmation else None, "B", missing)


def _known(value: float | None, unit: str, missing: str) -> Quantity:
    return Quantity.unknown(unit, missing) if value is None else Quantity(value, unit, Provenance.MEASURED)


def _cost(cost: CurveCost, outcome: TrainingOutcome, provenance: Provenance, scope: Scope) -> dict[str, Any]:
    """What one training of so many rounds took, and the quality that it reached."""
    return {
        "rounds": cost.rounds,
        "quality": dict(outcome.curve).get(cost.rounds),
        "energy": Quantity(cost.joules, "J", provenance, scope=scope).to_json(),
        "cpu_seconds": Quantity(cost.cpu_seconds, "s", Provenance.MEASURED).to_json(),
    }
