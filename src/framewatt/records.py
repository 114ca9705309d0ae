"""The records that flow through framewatt: frozen, serialisable, without handles or behaviour.

Everything that was measured is kept in these; every later stage is a pure function of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path


class Provenance(StrEnum):
    """Where a figure comes from, strongest first."""

    MEASURED = "measured"
    DECLARED = "declared"
    PUBLISHED = "published"
    ESTIMATED = "estimated"
    PROJECTED = "projected"
    DERIVED = "derived"


class Scope(StrEnum):
    """What an energy figure covers: everything behind the wall plug, or the processor package alone."""

    WALL = "wall"
    PACKAGE = "package"


class Stage(StrEnum):
    """The part of a model's life that a study is about."""

    DEVELOPMENT = "development"
    TRAINING = "training"
    INFERENCE = "inference"


class Phase(StrEnum):
    """What a worker, or the house on its behalf, was doing in a metered interval."""

    DOWNLOAD = "download"
    INSTALL = "install"
    CONVERT = "convert"
    IMPORT = "import"
    LOAD = "load"
    COMPILE = "compile"
    WARMUP = "warmup"
    TRAIN = "train"
    STEADY = "steady"


class Scenario(StrEnum):
    """How samples arrive, in MLPerf's words."""

    SINGLE_STREAM = "single_stream"
    OFFLINE = "offline"
    SERVER = "server"


class Objective(StrEnum):
    """What a study minimises; fixed before the race and recorded."""

    ENERGY = "energy"
    CARBON = "carbon"


class Status(StrEnum):
    """How a candidate ended."""

    MEASURED = "measured"
    ELIMINATED = "eliminated"
    INFEASIBLE = "infeasible"
    INAPPLICABLE = "inapplicable"
    FAILED = "failed"


class Verdict(StrEnum):
    """What a study may conclude."""

    WINNER = "winner"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure anyone sees: a value with its 95 % interval, unit and provenance, or None with the reason.

    `scope` is set on energies and what derives from them. For a derived figure `reason` names the weakest
    of its inputs.
    """

    value: float | None
    unit: str
    provenance: Provenance | None = None
    low: float | None = None
    high: float | None = None
    scope: Scope | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse a figure without a source, and an unknown without a reason."""
        if self.value is None and not self.reason:
            raise ValueError("an unknown quantity needs a reason")
        if self.value is not None and self.provenance is None:
            raise ValueError("a quantity needs a provenance")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a quantity must be finite, not {self.value}")

    @classmethod
    def unknown(cls, unit: str, reason: str, *, scope: Scope | None = None) -> Self:
        """A figure that is not known, and why."""
        return cls(value=None, unit=unit, reason=reason, scope=scope)


class IntensityKind(StrEnum):
    """What an intensity says of the grid. Market-based factors have no member: SCI excludes them."""

    AVERAGE = "average"
    MARGINAL = "marginal"


@dataclass(frozen=True, slots=True)
class GridIntensity:
    """The carbon intensity of a region's electricity (gCO2eq/kWh), location-based, with all that must be
    said about it: two bases are never compared without saying so.

    `year` is the year the figure is for; `when` the moment of a live figure (ISO 8601, UTC). `pue` is what
    the region's operator publishes for its data centres. `warnings` are sentences for the reader.
    """

    region: str
    quantity: Quantity
    kind: IntensityKind
    basis: str
    source: str
    year: int | None = None
    when: str | None = None
    licence: str | None = None
    pue: Quantity | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, in the unit that its maker documents."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model: a None in `shape` is a dynamic dimension named in `dims`."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]
    dims: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives, in its own order."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """What a user hands over, as its plug-in understood it.

    `signature` is None where only a framework can tell it (it is then known after the export). `samples`,
    `labels` and `metric` are what comes along with the model, if anything.
    """

    name: str
    kind: str
    format: str
    path: Path
    sha256: str
    signature: Signature | None = None
    samples: Path | None = None
    labels: Path | None = None
    metric: str | None = None
    stage: Stage = Stage.INFERENCE


@dataclass(frozen=True, slots=True)
class Candidate:
    """One contestant: framework x version x device x host language x settings."""

    framework: str
    version: str
    device: str = "cpu"
    language: str = "python"
    settings: tuple[tuple[str, str], ...] = ()
    repeat: int = 1

    @property
    def id(self) -> str:
        """``fw@version/device/language[key=value,...]``, with ``#2`` for a repeated entry."""
        settings = ",".join(f"{key}={value}" for key, value in self.settings)
        repeat = f"#{self.repeat}" if self.repeat > 1 else ""
        return f"{self.framework}@{self.version}/{self.device}/{self.language}[{settings}]{repeat}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a worker's process tree consumed in a window; CPU seconds are counted by the kernel."""

    seconds: float
    user_seconds: float
    system_seconds: float

    @property
    def cpu_seconds(self) -> float:
        """User and system time together."""
        return self.user_seconds + self.system_seconds


@dataclass(frozen=True, slots=True)
class Host:
    """The machine as a study records it; None where it does not say."""

    cpu_model: str
    cpu_family: int | None
    cpu_model_number: int | None
    isa: tuple[str, ...]
    logical_cpus: int
    physical_cores: int | None
    sockets: int | None
    memory_bytes: int
    system: str
    machine: str
    virtual: bool


@dataclass(frozen=True, slots=True)
class HostState:
    """What else the host did during a window; None where the host does not tell."""

    foreign_cpu_seconds: float | None = None
    steal_seconds: float | None = None
    frequency_hz: float | None = None
    throttled: bool | None = None


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a meter says of one window.

    `joules` holds one entry per domain; a domain that could not be read is absent and named in `faults`.
    `invalid` is the reason why the whole window cannot count.
    """

    joules: dict[str, float] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    invalid: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metered window of one trial of one candidate, as it was read.

    `units` counts units of R done. `idle_watts` is what each domain draws when nothing runs, so that the
    marginal energy is ``joules - idle_watts * seconds``. `latency` counts queries in logarithmic bins
    (see `framewatt.latency`). `reserved_share` (0..1) is the part of the machine that the work held, whose
    idle power it answers for. `invalid` says why it is no measurement at all, `noisy` why it was repeated.
    """

    stage: Stage
    candidate: str
    phase: Phase
    trial: int
    block: int
    window: int
    started: float
    units: float
    usage: Usage
    joules: dict[str, float]
    idle_watts: dict[str, float] = field(default_factory=dict)
    host: HostState = field(default_factory=HostState)
    faults: dict[str, str] = field(default_factory=dict)
    noisy: str | None = None
    invalid: str | None = None
    latency: dict[int, int] | None = None
    peak_memory_bytes: int | None = None
    size_bytes: int | None = None
    reserved_share: float = 1.0


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


@dataclass(frozen=True, slots=True)
class MeterDescription:
    """The instrument of a study, as the manifest and the decision name it.

    `parameters` are what a pure function needs to repeat the meter's arithmetic (the power model's).
    """

    name: str
    scope: Scope
    domains: tuple[str, ...]
    provenance: Provenance
    parameters: dict[str, Any] = field(default_factory=dict)
