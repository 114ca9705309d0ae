"""A table as a learning problem: libraries as contestants, folds, a second study of the trained models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.candidates.choice import choice_of
from framewatt.candidates.enumeration import CandidateSpec, enumerate_candidates
from framewatt.errors import BadInput, Inapplicable
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.studies.training.admission.tabular import TabularAdmission
from framewatt.studies.training.data.folds import FOLDS, Folds, divide
from framewatt.studies.training.data.table import Reading, TrainingTable, read_table
from framewatt.studies.training.problems.problem import Terms
from framewatt.studies.training.trained_models import serve
from framewatt.worker.python.framewatt_worker.tensors import write_tensors
from framewatt.workload.metrics import require_possible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.records import Workload
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.context import StudyContext
    from framewatt.studies.progress import Progress
    from framewatt.trials.training import TrainingSpec, TrialOf


def open_table(workload: Workload, request: SelectRequest, progress: Progress) -> TableProblem:
    """Read and check a table, and deal its folds by the request's seed.

    Raises:
        BadInput: the table, the target or an option cannot be used.
    """
    if not request.training.target:
        raise BadInput(f"{request.source}: a table needs --target, the name of the column to learn")
    asked, metric, memory = request.training, request.work.metric, available_memory_bytes()
    reading = Reading(asked.drop, asked.encoding)
    table = read_table(workload.path, request.training.target, metric, memory, reading)
    for note in table.notes:
        progress.say(note)
    if request.work.quality is not None:
        require_possible(table.metric, request.work.quality)
    folds = divide(table.target, stratified=table.task != "regression", seed=request.race.seed)
    return TableProblem(table, folds, request)


@dataclass(frozen=True, slots=True)
class TableProblem:
    """See `framewatt.studies.training.problems.problem.LearningProblem`."""

    table: TrainingTable
    folds: Folds
    request: SelectRequest
    serving_share: float = 0.2

    def specs(self) -> list[CandidateSpec]:
        """Every library at comparable capacity; its other settings are what tuning searches."""
        specs = enumerate_candidates(choice_of(self.request), "table")
        return [spec for spec in specs if spec.equal_budget]

    def described(self) -> dict[str, Any]:
        """Its size, kind of task, classes and metric."""
        return {
            "rows": len(self.table.rows),
            "features": len(self.table.features),
            "categorical": len(self.table.categorical),
            "task": self.table.task,
            "classes": list(self.table.classes),
            "metric": self.table.metric,
            "folds": FOLDS,
        }

    def lay_out(self, folder: Path) -> Path:
        """The rows, the target, and which rows each part holds."""
        path = folder / "table.tensors"
        parts = {"rows": self.table.rows, "target": self.table.target, "test": self.folds.test}
        for fold, validation in enumerate(self.folds.validation):
            parts[f"validation-{fold}"] = validation
            parts[f"training-{fold}"] = self.folds.training(fold)
        write_tensors(path, parts)
        return path

    def terms(self, spec: CandidateSpec) -> Terms:
        """One model a fold, of at most as many rounds as the library says."""
        module = spec.plugin.module
        if not hasattr(module, "train"):
            raise Inapplicable(f"{module.TITLE} does not train on tables")
        return Terms(self.table.about(self.request.race.seed), FOLDS, module.most_rounds(spec.settings))

    def admission(self, context: StudyContext, trial_of: TrialOf) -> TabularAdmission:
        """Curves over folds, tuning, refits."""
        return TabularAdmission(context, trial_of, self.table, self.folds)

    def serve(
        self, trained: Mapping[str, TrainingSpec], meter: Meter, context: StudyContext
    ) -> list[Decision]:
        """Energy per row of the saved models."""
        return [serve(trained, self.table, self.folds, meter, context)] if trained else []
