"""What the race and the audits make of windows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Observation:
    """One valid steady window as the race and the statistics see it, already under the objective.

    `cost` is per unit of R in the objective's unit (J, or gCO2eq when carbon decides); `cpu_seconds` and
    `seconds` are per unit of R too.
    """

    candidate: str
    trial: int
    block: int
    cost: float
    cpu_seconds: float
    seconds: float
    units: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A candidate's turn in a block: which of its trials runs, for how many windows."""

    candidate: str
    trial: int
    windows: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """One randomised pass over the surviving candidates, in the order in which they run."""

    number: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class AuditWarning:
    """Something the reader must know: a stable code, a sentence, what to do, and whom it concerns."""

    code: str
    message: str
    remedy: str
    candidate: str | None = None
