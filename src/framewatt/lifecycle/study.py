"""What a plan reads of a decision document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from framewatt.records import Quantity, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.records import Json

_RACED = {Status.MEASURED, Status.ELIMINATED}


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate: energy per unit, ratios to the study's best, and the energy of each phase."""

    id: str
    name: str
    framework: str
    version: str
    status: Status
    reason: str | None
    energy: Quantity
    ratio: Quantity
    cpu_ratio: Quantity
    phases: Mapping[str, Quantity]

    @classmethod
    def from_json(cls, row: Json) -> Self:
        """A row of the document's ``candidates``."""
        return cls(
            id=row["id"],
            name=row["name"],
            framework=row["framework"],
            version=row["version"],
            status=Status(row["status"]),
            reason=row["reason"],
            energy=Quantity.from_json(row["energy_per_unit"]),
            ratio=Quantity.from_json(row["ratio_to_best"]),
            cpu_ratio=Quantity.from_json(row["cpu_ratio_to_best"]),
            phases={name: Quantity.from_json(phase["energy"]) for name, phase in row["phases"].items()},
        )

    @property
    def counts(self) -> bool:
        """Whether it raced to an energy; the windows of one that crashed or fell short prove nothing."""
        return self.status in _RACED and self.energy.value is not None


@dataclass(frozen=True, slots=True)
class Work:
    """What was learnt from, or served."""

    name: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What it was measured on, and how much of that the meter covers."""

    cpu_model: str
    logical_cpus: int
    scope: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.cpu_model} with {self.logical_cpus} CPUs"


@dataclass(frozen=True, slots=True)
class Study:
    """A run's decision. `samples` are those of one unit; `best` is the chosen candidate's id, if any was."""

    run: str
    stage: Stage
    work: Work
    machine: Machine
    samples: float
    best: str | None
    rows: tuple[Row, ...]
    intensity: Quantity
    network: Json

    @classmethod
    def from_json(cls, decision: Json) -> Self:
        """A ``framewatt/decision/1`` document."""
        workload, host = decision["workload"], decision["host"]
        return cls(
            run=decision["run"],
            stage=Stage(decision["stage"]),
            work=Work(workload["name"], workload["format"], workload["sha256"]),
            machine=Machine(host["cpu_model"], host["logical_cpus"], decision["meter"]["scope"]),
            samples=decision["functional_unit"]["samples"],
            best=next(iter(decision["selected"]), None),
            rows=tuple(Row.from_json(row) for row in decision["candidates"]),
            intensity=Quantity.from_json(decision["carbon"]["intensity"]),
            network=decision["network"],
        )

    @property
    def raced(self) -> tuple[Row, ...]:
        """The candidates whose energy counts."""
        return tuple(row for row in self.rows if row.counts)
