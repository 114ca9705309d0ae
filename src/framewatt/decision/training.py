"""What a training study adds to the document: the target, and how each candidate came to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.records import Provenance, Quantity, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.decision.findings import Findings


def training_block(evidence: Findings) -> dict[str, Any]:
    """The study's ``training`` entry: task, parts and target; nothing for a study without training."""
    if evidence.target is None:
        return {}
    found = evidence.target
    declared = found["source"] == "--quality"
    target = (
        Quantity.unknown("1", "no candidate could be trained, so there is nothing to take a target from")
        if found["value"] is None
        else Quantity(found["value"], "1", Provenance.DECLARED if declared else Provenance.MEASURED)
    )
    told = {key: value for key, value in evidence.manifest["training"].items() if key != "serving_budget"}
    return {"training": {**told, "target": target.to_json(), "target_source": found["source"]}}


def training_of(name: str, evidence: Findings) -> dict[str, Any]:
    """A candidate's ``training`` entry: rounds, curve, tuning, model size; nothing where nobody trained."""
    found = evidence.trainings.get(name)
    if found is None:
        return {}
    scope = Scope(evidence.manifest["meter"]["scope"])
    provenance = Provenance(evidence.manifest["meter"]["provenance"])
    confirmed = found["confirmation"]
    missing = "it was not refitted"
    rounds = found["rounds"]
    return {
        "training": {
            "capacity": found["capacity"],
            "rounds": _known(rounds, "round", missing).to_json(),
            "model_size": _model_size(confirmed).to_json(),
            "model_file": f"models/{found['model']}" if found["model"] else None,
            **_reached(found),
            "curve": [{"rounds": number, "quality": value} for number, value in found["curve"]],
            "energy_curve": [_cost(entry, found, provenance, scope) for entry in found["costs"]],
            "tuning": {
                "points": found["tuning"]["points"],
                "energy": Quantity(found["tuning"]["joules"], "J", provenance, scope=scope).to_json(),
            },
        }
    }


def _reached(found: Mapping[str, Any]) -> dict[str, Any]:
    """How many of the seeds came to the quality, where each counts for itself."""
    if "reached" not in found:
        return {}
    told = f"of {found['seeds']} seeds"
    return {"reached": Quantity(found["reached"], "seed", Provenance.MEASURED, reason=told).to_json()}


def _model_size(confirmed: Mapping[str, Any] | None) -> Quantity:
    missing = "it was not refitted" if confirmed is None else "this kind of task does not save its models"
    return _known(confirmed["model_bytes"] if confirmed else None, "B", missing)


def _known(value: float | None, unit: str, missing: str) -> Quantity:
    return Quantity.unknown(unit, missing) if value is None else Quantity(value, unit, Provenance.MEASURED)


def _cost(
    entry: list[float], found: Mapping[str, Any], provenance: Provenance, scope: Scope
) -> dict[str, Any]:
    """What one training of so many rounds took, and the quality that it reached."""
    rounds, cpu, joules = entry
    return {
        "rounds": rounds,
        "quality": dict(map(tuple, found["curve"])).get(rounds),
        "energy": Quantity(joules, "J", provenance, scope=scope).to_json(),
        "cpu_seconds": Quantity(cpu, "s", Provenance.MEASURED).to_json(),
    }
