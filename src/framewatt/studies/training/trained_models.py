"""What trained models need to score rows: the study that follows that of their training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.records import Scenario, Stage
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import FunctionalUnit
from framewatt.runs.records import Admitted, BuiltEnvironment, QualityScore, TrainingOutcome
from framewatt.runs.replay import replay
from framewatt.studies.pipeline import conduct, metered_idle, write_decision
from framewatt.trials.blocks import BlockRunner
from framewatt.trials.inference import Inference, InferenceSpec
from framewatt.trials.trial import LaunchSpec
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.runs.manifest import Manifest
    from framewatt.studies.context import StudyContext
    from framewatt.studies.training.data.folds import Folds
    from framewatt.studies.training.data.table import TrainingTable
    from framewatt.trials.training import TrainingSpec

FOLDER = "inference"
_BATCH = 1000
"""Rows per query unless --batch-size says otherwise: tables are usually scored in bulk."""
_MOST_SAMPLES = 8


def serve(
    trained: Mapping[str, TrainingSpec],
    table: TrainingTable,
    folds: Folds,
    meter: Meter,
    context: StudyContext,
) -> Decision:
    """Race the saved models on rows of the test part; the study lies in a run folder inside the training's.

    Raises:
        StoreError: the folder cannot be written.
    """
    asked = context.request.work.batch_size
    batch = min(asked if asked > 1 else _BATCH, len(folds.test))
    run = _open(context, batch, trained)
    inner = replace(context, run=run, request=run.manifest.request)
    return conduct(TrainedModelsStudy(inner, context.run, trained, _Rows(table, folds.test, batch), meter))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the table's test part, in batches."""

    table: TrainingTable
    test: NDArray[np.int64]
    batch: int


class TrainedModelsStudy:
    """The trained models: ready as they were saved, all of them admitted, since their quality is known."""

    def __init__(
        self,
        context: StudyContext,
        training: RunFolder,
        trained: Mapping[str, TrainingSpec],
        rows: _Rows,
        meter: Meter,
    ) -> None:
        """Nothing is written yet; `training` is the run that they were trained in."""
        self.context = context
        self._training, self._trained, self._rows, self._meter = training, trained, rows, meter

    def prepare(self) -> None:
        """Take over what is known of the candidates, where an earlier life has not, and lay out the rows."""
        known = {(type(finding), finding.candidate) for finding in _findings(self.context.run)}
        for finding in _findings(self._training):
            if finding.candidate in self._trained and (type(finding), finding.candidate) not in known:
                self.context.keep(finding)
        samples = _samples(self._rows, self.context.run.path)
        self._contestants = _contestants(self._trained, samples, self._rows)

    def start(self) -> BlockRunner[Inference]:
        """Blocks of inference."""
        instrument = metered_idle(self._meter, self.context)
        return BlockRunner(instrument, self.context.keep, self.context.run.logs)

    def admit(self) -> Admitted:
        """Everyone; it takes no time."""
        return Admitted(tuple(self._contestants), 0.0)

    def entrants(self) -> dict[str, InferenceSpec]:
        """Everyone."""
        return dict(self._contestants)

    def recruit(self, name: str) -> None:
        """Nobody joins late."""

    def conclude(self) -> Decision:
        """The decision."""
        return write_decision(self.context.run)


def _budget(context: StudyContext) -> float:
    """Its own share, and what the training race left of its."""
    manifest = context.run.manifest
    replayed = replay(context.run, stored_basis(manifest))
    raced = replayed.race.standings().spent_seconds if replayed else 0.0
    admission = sum(admitted.seconds for admitted in context.run.records(Admitted))
    left = max(context.request.race.budget - admission - raced, 0.0)
    return _serving_budget(manifest) + left


def _serving_budget(manifest: Manifest) -> float:
    return manifest.training.serving_budget if manifest.training else 0.0


def _open(context: StudyContext, batch: int, trained: Mapping[str, TrainingSpec]) -> RunFolder:
    """The inner run folder, begun from the training's manifest, or the one that is there already."""
    outer = context.run
    if (outer.path / FOLDER / "manifest.json").exists():
        return RunFolder.open_run(outer.path / FOLDER)
    request = replace(
        context.request,
        race=replace(context.request.race, budget=_budget(context)),
        work=replace(context.request.work, batch_size=batch, scenario=Scenario.OFFLINE),
    )
    manifest = replace(
        outer.manifest,
        stage=Stage.INFERENCE,
        request=request,
        whole_budget=context.request.race.budget + _serving_budget(outer.manifest),
        functional_unit=FunctionalUnit("row", 1.0),
        candidates=tuple(outer.manifest.candidate(name) for name in trained),
    )
    return RunFolder.create(outer.path, FOLDER, manifest)


def _findings(run: RunFolder) -> Iterator[BuiltEnvironment | QualityScore | TrainingOutcome]:
    """What the training study found out of its candidates, which holds for their models too."""
    yield from run.records(BuiltEnvironment)
    yield from run.records(QualityScore)
    yield from run.records(TrainingOutcome)


def _samples(rows: _Rows, folder: Path) -> tuple[Path, ...]:
    place = folder / "samples"
    place.mkdir(exist_ok=True)
    starts = range(0, len(rows.test) - rows.batch + 1, rows.batch)[:_MOST_SAMPLES]
    paths = []
    for number, start in enumerate(starts):
        paths.append(place / f"sample-{number:05d}.tensors")
        write_tensors(paths[-1], {"rows": rows.table.rows[rows.test[start : start + rows.batch]]})
    return tuple(paths)


def _contestants(
    trained: Mapping[str, TrainingSpec], samples: tuple[Path, ...], rows: _Rows
) -> dict[str, InferenceSpec]:
    signature = {
        "inputs": [{"name": "rows", "dtype": "float32", "shape": [rows.batch, rows.table.rows.shape[1]]}],
        "outputs": [{"name": "scores", "dtype": "float64", "shape": [rows.batch, None]}],
    }
    return {
        name: LaunchSpec(
            candidate=name,
            command=spec.command,
            environment=spec.environment,
            cpus=spec.cpus,
            settings=spec.settings,
            work=Inference(spec.work.model or Path(), signature, samples, units_per_query=float(rows.batch)),
            patience=spec.patience,
            reserved_share=spec.reserved_share,
        )
        for name, spec in trained.items()
    }
