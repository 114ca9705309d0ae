"""One trial: a worker's life from its launch to its end, whatever its work is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from framewatt.trials.process import WorkerProcess
from framewatt.trials.window import WindowKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from framewatt.records import Measurement, Phase, Stage
    from framewatt.trials.window import Instrument

    KeepWindow = Callable[[Measurement], None]
    """Takes every finished window at once."""


class Work(Protocol):
    """What a trial's worker does, window after window. A kind of work is a file beside this one."""

    @property
    def stage(self) -> Stage:
        """The stage that its windows belong to."""

    def bring_up(self, trial: Trial[Any], block: int, record: KeepWindow) -> float:
        """Carry a started worker to its steady state, metered phase by phase; returns seconds per query."""

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """How many queries fill a window."""

    def window(self, trial: Trial[Any], block: int, index: int, queries: int) -> Measurement:
        """One metered steady window of so many queries, with the units of R that were done."""


_Work = TypeVar("_Work", bound=Work)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class LaunchSpec(Generic[_Work]):
    """What it takes to start one candidate: command line, what it may hold, and its work.

    `reserved_share` is the part of the machine that its `cpus` are. `patience` is how
    many seconds one operation may take before the worker counts as hung.
    """

    candidate: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    cpus: tuple[int, ...]
    settings: Mapping[str, str]
    work: _Work
    patience: float = 300.0
    reserved_share: float = 1.0


class Trial(Generic[_Work]):
    """A living worker of one candidate. `launch` first, then `window` as often as wanted, then `close`."""

    def __init__(self, spec: LaunchSpec[_Work], number: int, instrument: Instrument, log: Path) -> None:
        """Nothing is started yet; `number` tells this trial from the candidate's others.

        `precision` is what the session says that it computes in, where only that can tell.
        """
        self.spec = spec
        self.precision: str | None = None
        self.number = number
        self.suspended = False
        self._instrument = instrument
        self._log = log
        self._worker: WorkerProcess | None = None
        self._operations: tuple[str, ...] = ()

    def launch(self, block: int, record: KeepWindow) -> float:
        """Start the worker and bring it to its steady state; returns seconds per query.

        Each phase is metered and handed to `record`.

        Raises:
            Inapplicable, TrialFailed: see `WorkerProcess.request`.
        """
        self._start()
        return self.spec.work.bring_up(self, block, record)

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """How many queries fill a window."""
        return self.spec.work.queries_for(seconds, seconds_per_query)

    def window(self, block: int, index: int, queries: int) -> Measurement:
        """Run one metered steady window."""
        return self.spec.work.window(self, block, index, queries)

    def offers(self, operation: str) -> bool:
        """Whether the worker has an operation."""
        return operation in self._operations

    def ask(self, operation: str, *, patience: float | None = None, **request: Any) -> dict[str, Any]:
        """The worker's answer, within the candidate's patience or another.

        Raises:
            Inapplicable, TrialFailed: see `WorkerProcess.request`.
        """
        answer = self.worker.request(operation, timeout=patience or self.spec.patience, **request)
        self.precision = answer.get("precision", self.precision)
        return answer

    def metered(
        self, phase: Phase, block: int, index: int, work: Callable[[], _Answer]
    ) -> tuple[Measurement, _Answer]:
        """Meter what `work` lets the worker do; returns the window and what `work` answers."""
        spec = self.spec
        key = WindowKey(spec.work.stage, spec.candidate, phase, self.number, block, index)
        return self._instrument.measure(key, self.worker.cpu_times, work, spec.reserved_share)

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

    def _start(self) -> None:
        """Start the worker and ask what it can do."""
        spec = self.spec
        # A compiler that caches across processes starts cold in every study, and is warm in later trials.
        name = hashlib.sha256(spec.candidate.encode()).hexdigest()[:12]
        own_cache = {"TORCHINDUCTOR_CACHE_DIR": str(self._log.with_name(f"compiled-{name}"))}
        environment = {**spec.environment, **own_cache}
        self._worker = WorkerProcess(spec.command, log=self._log, cpus=spec.cpus, environment=environment)
        self._operations = tuple(self.ask("hello")["operations"])
