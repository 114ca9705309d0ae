"""What a training study adds to the document: the target, and how each candidate came to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.decision.findings import Findings
    from framewatt.runs.records import Confirmation, CurvePoint, TrainingOutcome, TuningPoint


@dataclass(frozen=True, slots=True)
class TrainingStudy:
    """What was learnt from what, to which quality, and who says so."""

    described: Mapping[str, Any]
    target: Quantity
    source: str

    def to_json(self) -> dict[str, Any]:
        """The study's ``training`` entry."""
        return {**self.described, "target": self.target.to_json(), "target_source": self.source}


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """What one training of so many rounds took, and the quality that it reached (None: not looked at)."""

    rounds: int
    quality: float | None
    energy: Quantity
    cpu_seconds: Quantity

    def to_json(self) -> dict[str, Any]:
        """A point of the energy curve."""
        figures = {"energy": self.energy.to_json(), "cpu_seconds": self.cpu_seconds.to_json()}
        return {"rounds": self.rounds, "quality": self.quality, **figures}


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """How a candidate came to the quality; `reached` is where each seed counts for itself."""

    capacity: str
    rounds: Quantity
    model_size: Quantity
    model_file: str | None
    reached: Quantity | None
    curve: tuple[CurvePoint, ...]
    energy_curve: tuple[TrainingCost, ...]
    tuning_points: tuple[TuningPoint, ...]
    tuning_energy: Quantity

    def to_json(self) -> dict[str, Any]:
        """A candidate's ``training`` entry."""
        return {
            "capacity": self.capacity,
            "rounds": self.rounds.to_json(),
            "model_size": self.model_size.to_json(),
            "model_file": self.model_file,
            **({"reached": self.reached.to_json()} if self.reached else {}),
            "curve": [point._asdict() for point in self.curve],
            "energy_curve": [cost.to_json() for cost in self.energy_curve],
            "tuning": {
                "points": [asdict(point) for point in self.tuning_points],
                "energy": self.tuning_energy.to_json(),
            },
        }


def training_study(findings: Findings) -> TrainingStudy | None:
    """Task, parts and target; None for a study without training."""
    target, training = findings.target, findings.manifest.training
    if target is None or training is None:
        return None
    declared = target.source == "--quality"
    value = (
        Quantity.unknown("1", "no candidate could be trained, so there is nothing to take a target from")
        if target.value is None
        else Quantity(target.value, "1", Provenance.DECLARED if declared else Provenance.MEASURED)
    )
    return TrainingStudy(training.described, value, target.source)


def training_of(name: str, findings: Findings) -> TrainingRow | None:
    """A candidate's rounds, curve, tuning and model size; None where nobody trained."""
    outcome = findings.trainings.get(name)
    if outcome is None:
        return None
    meter = findings.manifest.meter
    return TrainingRow(
        capacity=outcome.capacity,
        rounds=_known(outcome.rounds, "round", "it was not refitted"),
        model_size=_model_size(outcome.confirmation),
        model_file=f"models/{outcome.model}" if outcome.model else None,
        reached=_reached(outcome),
        curve=outcome.curve,
        energy_curve=_energy_curve(outcome, findings),
        tuning_points=outcome.tuning.points,
        tuning_energy=Quantity(outcome.tuning.joules, "J", meter.provenance, scope=meter.scope),
    )


def _reached(outcome: TrainingOutcome) -> Quantity | None:
    """How many of the seeds came to the quality, where each counts for itself."""
    if outcome.reached is None:
        return None
    return Quantity(outcome.reached, "seed", Provenance.MEASURED, reason=f"of {outcome.seeds} seeds")


def _model_size(confirmation: Confirmation | None) -> Quantity:
    missing = "it was not refitted" if confirmation is None else "this kind of task does not save its models"
    return _known(confirmation.model_bytes if confirmation else None, "B", missing)


def _known(value: float | None, unit: str, missing: str) -> Quantity:
    return Quantity.unknown(unit, missing) if value is None else Quantity(value, unit, Provenance.MEASURED)


def _energy_curve(outcome: TrainingOutcome, findings: Findings) -> tuple[TrainingCost, ...]:
    meter, quality = findings.manifest.meter, dict(outcome.curve)
    return tuple(
        TrainingCost(
            rounds=cost.rounds,
            quality=quality.get(cost.rounds),
            energy=Quantity(cost.joules, "J", meter.provenance, scope=meter.scope),
            cpu_seconds=Quantity(cost.cpu_seconds, "s", Provenance.MEASURED),
        )
        for cost in outcome.costs
    )
