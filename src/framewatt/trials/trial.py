"""One trial: a worker's life from its launch to its end, metered phase by phase and window by window."""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.metering.host.inspection import host_state, host_times
from framewatt.records import HostState, Measurement, Phase, Stage, Usage
from framewatt.trials.process import WorkerProcess
from framewatt.worker.python.framewatt_worker.tensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from framewatt.contracts import Meter

_WARMUP_SECONDS = 0.5
_FOREIGN_LIMIT = 0.10
"""A window during which others burned more than this share of one CPU is noisy."""
_STEAL_LIMIT = 0.02


@dataclass(frozen=True, slots=True)
class LaunchSpec:
    """What it takes to launch one candidate: command line, model, inputs, and what it may hold.

    `reserved_share` is the part of the machine that its `cpus` are. `patience` is how
    many seconds one operation may take before the worker counts as hung.
    """

    candidate: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    cpus: tuple[int, ...]
    model: Path
    settings: Mapping[str, str]
    signature: Mapping[str, Any] = field(repr=False)
    samples: tuple[Path, ...] = field(repr=False)
    units_per_query: float = 1.0
    uniform: bool = True
    stage: Stage = Stage.INFERENCE
    patience: float = 300.0
    reserved_share: float = 1.0


class Trial:
    """A living worker of one contestant. `launch` first, then `window` as often as wanted, then `close`."""

    def __init__(
        self,
        contestant: LaunchSpec,
        number: int,
        meter: Meter,
        log: Path,
        idle_watts: Mapping[str, float] | None = None,
    ) -> None:
        """Nothing is started yet; `number` tells this trial from the contestant's others."""
        self.contestant = contestant
        self.number = number
        self.suspended = False
        self._meter = meter
        self._idle_watts = dict(idle_watts or {})
        self._log = log
        self._worker: WorkerProcess | None = None
        self._operations: tuple[str, ...] = ()

    def launch(self, block: int, record: Callable[[Measurement], None]) -> float:
        """Start the worker and bring it to its steady state; returns seconds per query.

        Each phase is metered and handed to `record`.

        Raises:
            Inapplicable, TrialFailed: see `WorkerProcess.request`.
        """
        told = self.contestant
        self._start()
        self._ask("samples", files=[str(path) for path in told.samples])
        load = {"model": str(told.model), "settings": dict(told.settings), "signature": told.signature}
        steps: list[tuple[Phase, Callable[[], Any]]] = [
            (Phase.IMPORT, lambda: self._ask("import")),
            (Phase.LOAD, lambda: self._ask("load", **load)),
            (Phase.COMPILE, self._compile),
        ]
        for phase, step in steps:
            record(self._metered(phase, block, 0, step)[0])
        warm = {"seconds": _WARMUP_SECONDS}
        measurement, answer = self._metered(Phase.WARMUP, block, 0, lambda: self._ask("warmup", **warm))
        record(measurement)
        return float(answer["seconds_per_query"])

    def _start(self) -> None:
        """Start the worker and ask what it can do."""
        told = self.contestant
        # A compiler that caches across processes starts cold in every study, and is warm in later trials.
        name = hashlib.sha256(told.candidate.encode()).hexdigest()[:12]
        own_cache = {"TORCHINDUCTOR_CACHE_DIR": str(self._log.with_name(f"compiled-{name}"))}
        environment = {**told.environment, **own_cache}
        self._worker = WorkerProcess(told.command, log=self._log, cpus=told.cpus, environment=environment)
        self._operations = tuple(self._ask("hello")["operations"])

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """How many queries fill a window; whole cycles of the library where its shapes differ."""
        queries = max(1, round(seconds / max(seconds_per_query, 1e-9)))
        cycle = 1 if self.contestant.uniform else len(self.contestant.samples)
        return math.ceil(queries / cycle) * cycle

    def window(self, block: int, index: int, queries: int) -> Measurement:
        """Run one metered steady window."""
        run = {"first": 0, "count": queries}
        measurement, _ = self._metered(Phase.STEADY, block, index, lambda: self._ask("run", **run))
        counts = self._ask("latencies")["counts"] if "latencies" in self._operations else {}
        return replace(
            measurement,
            units=queries * self.contestant.units_per_query,
            latency={int(index): count for index, count in counts.items()} or None,
            peak_memory_bytes=self.worker.peak_memory_bytes(),
        )

    def outputs(self, count: int, folder: Path) -> list[dict[str, np.ndarray]]:
        """What the worker computes for the first `count` samples."""
        folder.mkdir(parents=True, exist_ok=True)
        names = [output["name"] for output in self.contestant.signature["outputs"]]
        request = {"names": names, "count": count, "folder": str(folder)}
        answer = self._ask("outputs", **request)
        return [read_tensors(Path(path)) for path in answer["files"]]

    @property
    def worker(self) -> WorkerProcess:
        """The process; only after `launch`."""
        if self._worker is None:
            raise RuntimeError("the trial was not launched")
        return self._worker

    def suspend(self) -> None:
        """Keep the worker from burning CPU while another is metered."""
        if not self.suspended:
            self.worker.suspend()
            self.suspended = True

    def resume(self) -> None:
        """Let the worker run."""
        if self.suspended:
            self.worker.resume()
            self.suspended = False

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()

    def _compile(self) -> None:
        if "compile" in self._operations:
            self._ask("compile")
        self._ask("first")

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.worker.request(operation, timeout=self.contestant.patience, **request)

    def _metered(
        self, phase: Phase, block: int, index: int, work: Callable[[], Any]
    ) -> tuple[Measurement, Any]:
        worker, meter = self.worker, self._meter
        started, host_before, cpu_before = time.time(), host_times(), worker.cpu_times()
        meter.start()
        clock = time.perf_counter()
        answer = work()
        seconds = time.perf_counter() - clock
        cpu_after = worker.cpu_times()
        usage = Usage(seconds, cpu_after.user - cpu_before.user, cpu_after.system - cpu_before.system)
        reading = meter.stop(usage)
        host = host_state(host_before, host_times(), usage.cpu_seconds)
        measurement = Measurement(
            stage=self.contestant.stage,
            candidate=self.contestant.candidate,
            phase=phase,
            trial=self.number,
            block=block,
            window=index,
            started=started,
            units=0.0,
            usage=usage,
            joules=reading.joules,
            idle_watts=self._idle_watts,
            host=host,
            faults=reading.faults,
            noisy=noise(host, seconds),
            reserved_share=self.contestant.reserved_share,
            held_whole=tuple(meter.description.parameters.get("held_whole", ())),
            invalid=reading.invalid,
        )
        return measurement, answer


def noise(host: HostState, seconds: float) -> str | None:
    """Why a window is noisy, or None: others worked beside it, or the hypervisor took its CPU away."""
    foreign = (host.foreign_cpu_seconds or 0.0) / seconds
    if foreign > _FOREIGN_LIMIT:
        return f"other processes used {foreign:.0%} of a CPU"
    steal = (host.steal_seconds or 0.0) / seconds
    if steal > _STEAL_LIMIT:
        return f"the hypervisor took {steal:.0%} of a CPU away"
    return None
