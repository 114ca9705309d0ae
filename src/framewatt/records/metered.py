"""What was read: machines, instruments and windows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from framewatt.records.stored import known_fields
from framewatt.records.words import Phase, Provenance, Scope, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    def to_json(self) -> dict[str, Any]:
        """The machine as the manifest and the decision name it."""
        return asdict(self) | {"isa": list(self.isa)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored machine."""
        return cls(**known_fields(cls, record) | {"isa": tuple(record["isa"])})


@dataclass(frozen=True, slots=True)
class HostState:
    """What else the host did during a window; None where the host does not tell."""

    foreign_cpu_seconds: float | None = None
    steal_seconds: float | None = None
    frequency_hz: float | None = None
    throttled: bool | None = None


@dataclass(frozen=True, slots=True)
class MeterDescription:
    """The instrument of a study, as the manifest and the decision name it.

    `parameters` are what a pure function needs to repeat the meter's arithmetic: the power model's, the
    ``reserved_share`` of the CPUs, and ``held_whole``, the domains that work holds whole whatever CPUs it
    reserves (GPUs); of a combination, ``reserved_shares`` by domain beside them.
    """

    name: str
    scope: Scope
    domains: tuple[str, ...]
    provenance: Provenance
    parameters: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The instrument as the manifest keeps it."""
        return asdict(self) | {"domains": list(self.domains)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored instrument."""
        words = {"scope": Scope(record["scope"]), "provenance": Provenance(record["provenance"])}
        return cls(**known_fields(cls, record) | words | {"domains": tuple(record["domains"])})


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
    (see `framewatt.records.latency`). `reserved_share` (0..1) is the part of the machine that the work held,
    whose idle power it answers for; `held_whole` are the domains that it held whole all the same (GPUs).
    `invalid` says why it is no measurement at all, `noisy` why it was repeated.
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
    reserved_share: float = 1.0
    held_whole: tuple[str, ...] = ()

    KIND: ClassVar[str] = "measurement"

    def to_json(self) -> dict[str, Any]:
        """The window as a run keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored window; `held_whole` is younger than the first runs."""
        latency = record["latency"]
        typed = {
            "stage": Stage(record["stage"]),
            "phase": Phase(record["phase"]),
            "usage": Usage(**record["usage"]),
            "host": HostState(**record["host"]),
            "held_whole": tuple(record.get("held_whole", ())),
            "latency": {int(index): count for index, count in latency.items()} if latency else None,
        }
        return cls(**known_fields(cls, record) | typed)
