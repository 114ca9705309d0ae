"""The second study of a table: energy per row when the trained models score it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.decision import Decision, build_decision
from framewatt.records import Scenario, Stage
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import FunctionalUnit
from framewatt.runs.records import Admitted, BuiltEnvironment, QualityScore, TrainingOutcome
from framewatt.runs.replay import replay
from framewatt.studies.inference.study import idle_watts
from framewatt.studies.racing import run_race
from framewatt.trials.blocks import BlockRunner
from framewatt.trials.inference import Inference, InferenceSpec
from framewatt.trials.trial import LaunchSpec
from framewatt.trials.window import Instrument
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.contracts import Meter
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
    run.lock()
    try:
        contestants = _contestants(trained, _samples(table, folds, batch, run.path), table, batch)
        instrument = Instrument(meter, idle_watts(meter, inner))
        blocks: BlockRunner[Inference] = BlockRunner(instrument, run.append, run.logs)
        with blocks as runner:
            if next(run.records(Admitted), None) is None:
                run.append(Admitted(tuple(contestants), 0.0))
            run_race(contestants, lambda _name: None, runner, inner)
    finally:
        run.release()
    decision = build_decision(run)
    run.write("decision.json", decision.to_json().encode())
    return decision


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
    run = RunFolder.create(outer.path, FOLDER, manifest)
    for record in _told_already(outer):
        if record.candidate in trained:
            run.append(record)
    return run


def _told_already(outer: RunFolder) -> Iterator[BuiltEnvironment | QualityScore | TrainingOutcome]:
    """What the training study found out of its candidates, which holds for their models too."""
    yield from outer.records(BuiltEnvironment)
    yield from outer.records(QualityScore)
    yield from outer.records(TrainingOutcome)


def _samples(table: TrainingTable, folds: Folds, batch: int, folder: Path) -> tuple[Path, ...]:
    place = folder / "samples"
    place.mkdir(exist_ok=True)
    starts = range(0, len(folds.test) - batch + 1, batch)[:_MOST_SAMPLES]
    paths = []
    for number, start in enumerate(starts):
        paths.append(place / f"sample-{number:05d}.tensors")
        write_tensors(paths[-1], {"rows": table.rows[folds.test[start : start + batch]]})
    return tuple(paths)


def _contestants(
    trained: Mapping[str, TrainingSpec], samples: tuple[Path, ...], table: TrainingTable, batch: int
) -> dict[str, InferenceSpec]:
    signature = {
        "inputs": [{"name": "rows", "dtype": "float32", "shape": [batch, table.rows.shape[1]]}],
        "outputs": [{"name": "scores", "dtype": "float64", "shape": [batch, None]}],
    }
    return {
        name: LaunchSpec(
            candidate=name,
            command=spec.command,
            environment=spec.environment,
            cpus=spec.cpus,
            settings=spec.settings,
            work=Inference(spec.work.model or Path(), signature, samples, units_per_query=float(batch)),
            patience=spec.patience,
            reserved_share=spec.reserved_share,
        )
        for name, spec in trained.items()
    }
