"""The work of an inference trial: a loaded model answers queries."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.records import Phase, Stage
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.worker.python.framewatt_worker.tensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from framewatt.records import Measurement
    from framewatt.trials.trial import KeepWindow

_WARMUP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Inference:
    """A model, its signature as the worker is told it, and the files of its samples.

    A query answers one sample, which counts `units_per_query`. The samples are `uniform` where their shapes
    agree. `own_file` is the user's own, where `model` is our copy of it with fixed shapes.
    """

    model: Path
    signature: Mapping[str, Any] = field(repr=False)
    samples: tuple[Path, ...] = field(repr=False)
    units_per_query: float = 1.0
    uniform: bool = True
    own_file: Path | None = None

    @property
    def stage(self) -> Stage:
        """Inference."""
        return Stage.INFERENCE

    def bring_up(self, trial: Trial[Inference], block: int, record: KeepWindow) -> float:
        """Import, load, compile and warm up; returns seconds per query."""
        trial.ask("samples", files=[str(path) for path in self.samples])
        steps: list[tuple[Phase, Callable[[], object]]] = [
            (Phase.IMPORT, lambda: trial.ask("import")),
            (Phase.LOAD, lambda: self._load(trial)),
            (Phase.COMPILE, lambda: _compile(trial)),
        ]
        for phase, step in steps:
            record(trial.metered(phase, block, 0, step)[0])
        warming, answer = trial.metered(
            Phase.WARMUP,
            block,
            0,
            lambda: trial.ask("warmup", seconds=_WARMUP_SECONDS, whole=not self.uniform),
        )
        record(warming)
        return float(answer["seconds_per_query"])

    def _load(self, trial: Trial[Inference]) -> None:
        settings = dict(trial.spec.settings)
        trial.ask("load", model=str(self.model), settings=settings, signature=self.signature)

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        """How many queries fill a window; whole cycles of the library where its shapes differ."""
        queries = max(1, round(seconds / max(seconds_per_query, 1e-9)))
        cycle = 1 if self.uniform else len(self.samples)
        return math.ceil(queries / cycle) * cycle

    def window(self, trial: Trial[Inference], block: int, index: int, queries: int) -> Measurement:
        """Run one metered steady window."""
        measurement, _ = trial.metered(
            Phase.STEADY, block, index, lambda: trial.ask("run", first=0, count=queries)
        )
        counts = trial.ask("latencies")["counts"] if trial.offers("latencies") else {}
        return replace(
            measurement,
            units=queries * self.units_per_query,
            latency={int(index): count for index, count in counts.items()} or None,
            peak_memory_bytes=trial.worker.peak_memory_bytes(),
        )


InferenceSpec = LaunchSpec[Inference]
"""A candidate that answers queries, ready to start."""


def outputs(trial: Trial[Inference], count: int, folder: Path) -> list[dict[str, np.ndarray]]:
    """What the worker computes for the first `count` samples."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [output["name"] for output in trial.spec.work.signature["outputs"]]
    answer = trial.ask("outputs", names=names, count=count, folder=str(folder))
    return [read_tensors(Path(path)) for path in answer["files"]]


def _compile(trial: Trial[Inference]) -> None:
    if trial.offers("compile"):
        trial.ask("compile")
    trial.ask("first")
