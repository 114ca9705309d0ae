"""A task as a learning problem: scripts as contestants, one run for each seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.candidates.enumeration import CandidateSpec
from framewatt.discovery import nearest
from framewatt.errors import BadInput
from framewatt.records import REFERENCE_PRECISION, Candidate
from framewatt.studies.training.admission.scripted import ScriptedAdmission
from framewatt.studies.training.data.task_folder import Task, read_task
from framewatt.studies.training.problems.problem import Terms
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

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


def open_task(workload: Workload, request: SelectRequest, _progress: Progress) -> TaskProblem:
    """Read a task folder and list its scripts.

    Raises:
        BadInput: the task or an option cannot be used.
    """
    task = read_task(workload.path, request)
    return TaskProblem(task, tuple(_entries(task, request)))


@dataclass(frozen=True, slots=True)
class TaskProblem:
    """See `framewatt.studies.training.problems.problem.LearningProblem`."""

    task: Task
    contestants: tuple[CandidateSpec, ...]
    serving_share: float = 0.0

    def specs(self) -> list[CandidateSpec]:
        """Every script that was asked for under each of its settings."""
        return list(self.contestants)

    def described(self) -> dict[str, Any]:
        """Its size, metric, seeds and terms of training."""
        return {
            "rows": len(self.task.arrays["y_train"]),
            "shape": list(self.task.arrays["x_train"].shape[1:]),
            "metric": self.task.metric,
            "seeds": list(self.task.seeds),
            "epochs": self.task.epochs,
            "batch": self.task.batch,
            "optimisation": self.task.optimisation,
            "options": dict(self.task.options),
        }

    def lay_out(self, folder: Path) -> Path:
        """All arrays but the labels that no worker may see."""
        path = folder / "task.tensors"
        hidden = {"y_validation", "y_test"}
        write_tensors(path, {name: a for name, a in self.task.arrays.items() if name not in hidden})
        return path

    def terms(self, spec: CandidateSpec) -> Terms:  # noqa: ARG002 - the same for all scripts
        """One model a seed, of at most the task's epochs."""
        return Terms(self.task.about(), len(self.task.seeds), self.task.epochs)

    def admission(self, context: StudyContext, trial_of: TrialOf) -> ScriptedAdmission:
        """First losses, curves by seed, refits."""
        return ScriptedAdmission(context, trial_of, self.task)

    def serve(
        self,
        trained: Mapping[str, TrainingSpec],  # noqa: ARG002 - scripts do not say how to serve
        meter: Meter,  # noqa: ARG002 - see above
        context: StudyContext,  # noqa: ARG002 - see above
    ) -> list[Decision]:
        """There is none."""
        return []


def _entries(task: Task, request: SelectRequest) -> list[CandidateSpec]:
    """Every script under each of its settings; --frameworks narrows them down."""
    known = {script.name: script for script in task.scripts}
    wanted = [word.strip() for word in request.candidates.frameworks.split(",") if word.strip()]
    if set(wanted) & {"default", "all"}:
        wanted = list(known)
    specs = []
    for name in wanted:
        if name not in known:
            raise BadInput(f"--frameworks: the task has no script {name!r}{nearest(name, known)}")
        module = known[name].module
        space = getattr(module, "SETTINGS", {"precision": (REFERENCE_PRECISION,)})
        threads = str(request.candidates.threads)
        defaults = {"threads": threads} | {key: values[0] for key, values in space.items()}
        variants: tuple[dict[str, str], ...] = getattr(module, "ENTRIES", ({},))
        for changes in variants:
            settings = {**defaults, **changes}
            candidate = Candidate(name, module.VERSION, settings=tuple(settings.items()))
            specs.append(CandidateSpec(candidate, known[name], settings))
    return specs
