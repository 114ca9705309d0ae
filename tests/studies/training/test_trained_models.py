"""The study of trained models takes over what their training found out, whenever it is killed."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from framewatt.runs.folder import RunFolder
from framewatt.runs.records import BuiltEnvironment, QualityScore, TrainingOutcome
from framewatt.studies.context import StudyContext
from framewatt.studies.progress import Silent
from framewatt.studies.training.trained_models import TrainedModelsStudy, _Rows
from framewatt.trials.training import Training
from framewatt.trials.trial import LaunchSpec

if TYPE_CHECKING:
    from framewatt.trials.training import TrainingSpec

RECORDED = Path(__file__).parents[2] / "runs" / "recorded" / "table-study"
KINDS: tuple[Any, ...] = (BuiltEnvironment, QualityScore, TrainingOutcome)


def test_findings_of_training_are_carried_over_once_by_a_run_that_was_killed_as_it_began(
    tmp_path: Path,
) -> None:
    outer = RunFolder.open_run(Path(shutil.copytree(RECORDED, tmp_path / "table-study")))
    inner = RunFolder.open_run(outer.path / "inference")
    (inner.path / "measurements.jsonl").write_text("")  # all that a kill right after its creation leaves
    names = [line.id for line in inner.manifest.candidates]
    for _ in range(2):
        study_of(inner, outer, names).prepare()
    for kind in KINDS:
        carried = {record.candidate: record for record in inner.records(kind)}
        assert carried == {record.candidate: record for record in outer.records(kind)}
        assert len(list(inner.records(kind))) == len(carried)


def study_of(inner: RunFolder, outer: RunFolder, names: list[str]) -> TrainedModelsStudy:
    trained: dict[str, TrainingSpec] = {
        name: LaunchSpec(name, (), {}, (), {}, Training(Path(), {}, model=Path("00.model"))) for name in names
    }
    table = SimpleNamespace(rows=np.zeros((6, 4), np.float32))
    rows = _Rows(cast("Any", table), np.arange(6), batch=2)
    context = StudyContext(inner.manifest.request, inner, Silent())
    return TrainedModelsStudy(context, outer, trained, rows, cast("Any", None))
