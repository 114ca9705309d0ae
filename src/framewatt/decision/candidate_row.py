"""One contestant of a decision: everything that the document says of it but its carbon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.decision.phases import PhaseCost
    from framewatt.decision.training import TrainingRow
    from framewatt.records import Quantity, Status
    from framewatt.runs.manifest import CandidateLine


_UNSAID = {"family", "begins"}
"""Of a candidate's line: how it came into the race."""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What one unit of R takes, and how fast and large the work is; latency is by percentile (``p99``)."""

    energy: Quantity
    platform_remainder: Quantity
    marginal_energy: Quantity
    cpu_seconds: Quantity
    seconds: Quantity
    latency: Mapping[str, Quantity]
    peak_memory: Quantity

    def to_json(self) -> dict[str, Any]:
        """The figures by the document's names."""
        return {
            "energy_per_unit": self.energy.to_json(),
            "platform_remainder": self.platform_remainder.to_json(),
            "marginal_energy_per_unit": self.marginal_energy.to_json(),
            "cpu_seconds_per_unit": self.cpu_seconds.to_json(),
            "seconds_per_unit": self.seconds.to_json(),
            "latency": {name: figure.to_json() for name, figure in self.latency.items()},
            "peak_memory": self.peak_memory.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Ratios:
    """A candidate's cost over another's, under the objective, and of CPU seconds."""

    to_best: Quantity
    to_incumbent: Quantity
    cpu_to_best: Quantity
    cpu_to_incumbent: Quantity

    def to_json(self) -> dict[str, Any]:
        """The ratios by the document's names."""
        return {
            "ratio_to_best": self.to_best.to_json(),
            "ratio_to_incumbent": self.to_incumbent.to_json(),
            "cpu_ratio_to_best": self.cpu_to_best.to_json(),
            "cpu_ratio_to_incumbent": self.cpu_to_incumbent.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure of rightness and what it was judged by: a metric on labels, or an oracle."""

    by: str | None
    figure: Quantity


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A contestant: its line in the manifest, its `name` for people, how it ended, and its figures."""

    line: CandidateLine
    name: str
    status: Status
    reason: str | None
    per_unit: UnitFigures
    ratios: Ratios
    quality: Judged
    parity: Judged
    phases: Mapping[str, PhaseCost]
    training: TrainingRow | None

    @property
    def id(self) -> str:
        """The candidate's id."""
        return self.line.id

    def to_json(self) -> dict[str, Any]:
        """The candidate as the document shows it."""
        return {
            **{key: value for key, value in self.line.to_json().items() if key not in _UNSAID},
            "status": self.status.value,
            "reason": self.reason,
            **self.per_unit.to_json(),
            **self.ratios.to_json(),
            "quality": {"metric": self.quality.by, "value": self.quality.figure.to_json()},
            "parity": {"oracle": self.parity.by, "error": self.parity.figure.to_json()},
            "phases": {name: cost.to_json() for name, cost in self.phases.items()},
            **({"training": self.training.to_json()} if self.training else {}),
            "name": self.name,
        }
