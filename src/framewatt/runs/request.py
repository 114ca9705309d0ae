"""What a user asks of `select`: every option with its default, checked before anything is built."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import View
from framewatt.carbon.network import network_of
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import reservable_cpus
from framewatt.records import Objective, Scenario
from framewatt.records.units import parse_bytes, parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERCENTILE = re.compile(r"p(50|90|95|99)=(.+)")


@dataclass(frozen=True, slots=True)
class SelectRequest:
    """One question to framewatt. Durations are seconds, sizes bytes; texts are as the user typed them."""

    source: str
    frameworks: str = "default"
    environment: str = "isolated"
    packages: tuple[str, ...] = ()
    threads: int = 1
    precision: str | None = None
    allow_precision: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    tune: bool = True
    samples: str | None = None
    dims: Mapping[str, int] = field(default_factory=dict)
    labels: str | None = None
    target: str | None = None
    data: str | None = None
    size: int | None = None
    dataset: str | None = None
    metric: str | None = None
    quality: float | None = None
    tolerance: float = 1e-3
    scenario: str = "single_stream"
    batch_size: int = 1
    functional_unit: str | None = None
    max_latency: str | None = None
    max_memory: str | None = None
    objective: str = "energy"
    margin: float = 0.02
    budget: float = 180.0
    timeout: float = 300.0
    seed: int = 1
    incumbent: str | None = None
    region: str | None = None
    intensity: float | None = None
    pue: float | None = None
    network_energy: str | None = None
    view: str = "attributional"
    meter: str | None = None
    runs_dir: str = "framewatt-runs"

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            BadInput: a value out of its range, or options that exclude each other.
        """
        self._check_choices()
        if self.threads < 1:
            raise BadInput(f"--threads {self.threads}: at least 1")
        if self.batch_size < 1 or (self.batch_size > 1 and self.scenario != Scenario.OFFLINE):
            raise BadInput(f"--batch-size {self.batch_size} goes with --scenario offline and is at least 1")
        if not 0 < self.margin < 1:
            raise BadInput(f"--margin {self.margin}: a share between 0 and 1, such as 2%")
        if self.timeout <= 0 or self.budget <= 0:
            raise BadInput("--timeout and --budget must be longer than 0 s")
        if not self.tolerance > 0:
            raise BadInput(f"--tolerance {self.tolerance}: must be above 0")
        if self.quality is not None and not math.isfinite(self.quality):
            raise BadInput(f"--quality {self.quality}: a number, such as 0.93")
        if self.seed < 0:
            raise BadInput(f"--seed {self.seed}: a whole number from 0 on")
        self._check_pairs()
        self.latency_bound()
        self.memory_bound()

    def require_cpus(self) -> None:
        """Refuse to measure with more threads than this machine offers; a report may come from a larger one.

        Raises:
            BadInput: it offers fewer.
        """
        if self.threads > reservable_cpus():
            raise BadInput(f"--threads {self.threads}: this machine offers 1 to {reservable_cpus()}")

    def _check_pairs(self) -> None:
        """Options that exclude or need each other."""
        if self.samples and self.dims:
            raise BadInput("--dim shapes generated inputs; with --samples the files have their shapes")
        self._check_carbon()
        network_of(self.network_energy)

    def _check_carbon(self) -> None:
        if self.region and self.intensity is not None:
            raise BadInput("--region and --intensity both give the carbon intensity; choose one")
        if self.objective == Objective.CARBON and self.view != View.ATTRIBUTIONAL:
            raise BadInput(
                "--objective carbon decides by the SCI score, which is of the attributional --view"
            )

    def _check_choices(self) -> None:
        for option, value, known in (
            ("scenario", self.scenario, [Scenario.SINGLE_STREAM, Scenario.OFFLINE]),
            ("objective", self.objective, list(Objective)),
            ("env", self.environment, ["isolated", "current"]),
            ("view", self.view, list(View)),
        ):
            if value not in known:
                raise BadInput(f"--{option} {value!r}: choose one of {', '.join(known)}")

    def latency_bound(self) -> tuple[float, float] | None:
        """(percentile, seconds) from ``p99=20ms``.

        Raises:
            BadInput: not of that form.
        """
        if self.max_latency is None:
            return None
        match = _PERCENTILE.fullmatch(self.max_latency.strip())
        if match is None:
            raise BadInput(f"--max-latency {self.max_latency!r}: write it as p99=20ms (p50, p90, p95 or p99)")
        return float(match[1]), parse_duration(match[2])

    def memory_bound(self) -> float | None:
        """Bytes from ``1GB``."""
        return parse_bytes(self.max_memory) if self.max_memory else None

    def to_json(self) -> dict[str, Any]:
        """The request as the manifest keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> SelectRequest:
        """The request of a stored run.

        Raises:
            BadInput: it was edited.
        """
        try:
            lists = {name: tuple(record[name]) for name in ("allow_precision", "packages", "settings")}
            return cls(**{**record, **lists})
        except (KeyError, TypeError) as error:
            raise BadInput(f"the run's request cannot be read; its manifest was edited ({error})") from None
