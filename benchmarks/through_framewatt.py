"""CPU time per inference through framewatt: fresh trials of a stored run's candidates, outside its race."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from framewatt.candidates.choice import choice_of
from framewatt.candidates.enumeration import enumerate_candidates
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.runs.folder import RunFolder
from framewatt.studies.context import StudyContext
from framewatt.studies.inference.preparation import equip, gather
from framewatt.studies.preparation_clock import PreparationClock
from framewatt.studies.progress import Silent
from framewatt.trials.trial import Trial
from framewatt.trials.window import Instrument
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from collections.abc import Collection

    from framewatt.trials.inference import InferenceSpec

_WINDOW_SECONDS = 1.0
_WINDOWS = 2


class ThroughFramewatt:
    """The frameworks of one stored run, each by its default entry, prepared as `framewatt select` does it."""

    def __init__(self, run: Path, frameworks: Collection[str]) -> None:
        """Nothing is prepared before it is entered, and only these frameworks are."""
        self._run, self._frameworks = RunFolder.open_run(run), frameworks
        self._meter = choose_meter("estimate", inspect_host())
        self._contestants: dict[str, InferenceSpec] = {}
        self._logs = TemporaryDirectory()

    def __enter__(self) -> Self:
        """Take the run's lock, build, convert."""
        request = self._run.manifest.request
        context = StudyContext(request, self._run, Silent())
        workload = open_source(request.source)
        self._run.lock()
        material = gather(workload, context)
        for spec in enumerate_candidates(choice_of(request), workload.format):
            framework = spec.candidate.framework
            missing = framework in self._frameworks and framework not in self._contestants
            if missing and spec.equal_budget:
                ready = equip([spec], material, PreparationClock(context), context).get(spec.candidate.id)
                self._contestants.update({framework: ready} if ready else {})
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._run.release()
        self._meter.close()
        self._logs.cleanup()

    def per_inference(self, framework: str, number: int) -> float:
        """CPU seconds per inference over the steady windows of one fresh trial."""
        spec = self._contestants[framework]
        trial = Trial(spec, number, Instrument(self._meter), Path(self._logs.name) / framework)
        try:
            pace = trial.launch(0, lambda _: None)
            queries = trial.queries_for(_WINDOW_SECONDS, pace)
            windows = [trial.window(0, index, queries) for index in range(_WINDOWS)]
        finally:
            trial.close()
        return sum(w.usage.cpu_seconds for w in windows) / (_WINDOWS * queries)
