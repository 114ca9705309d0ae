"""Which kind of problem a source is: by the format that its workload says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.runs.request import SelectRequest
from framewatt.studies.training.problems.keras import open_keras
from framewatt.studies.training.problems.scripted import open_task
from framewatt.studies.training.problems.tabular import open_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Workload
    from framewatt.studies.progress import Progress
    from framewatt.studies.training.problems.problem import LearningProblem

_OPENERS: dict[str, Callable[[Workload, SelectRequest, Progress], LearningProblem]] = {
    "keras_code": open_keras,
    "table": open_table,
    "task": open_task,
}
_FOR_MODELS = (
    "samples",
    "dims",
    "labels",
    "max_latency",
    "max_memory",
    "functional_unit",
    "allow_precision",
    "tolerance",
)
"""What only goes with a finished model."""
_FOREIGN = {
    "keras_code": ("a Keras model", (*_FOR_MODELS, "scenario", "target", "size", "dataset")),
    "table": ("a table", (*_FOR_MODELS, "size", "dataset")),
    "task": ("a task", (*_FOR_MODELS, "scenario", "target", "precision", "settings", "metric")),
}
"""How each kind is called, and the options that it does not have."""
_OPTION_OF = {"dims": "dim", "settings": "set"}
"""How an option is typed, where its field is called otherwise."""


def open_problem(workload: Workload, request: SelectRequest, progress: Progress) -> LearningProblem:
    """Read what is to be learnt; `progress` watches where an environment must be built for that.

    Raises:
        BadInput: it cannot be read, or an option does not go with it.
    """
    _refuse_foreign(workload.format, request)
    return _OPENERS[workload.format](workload, request, progress)


def _refuse_foreign(kind: str, request: SelectRequest) -> None:
    """An option that would be ignored is refused instead."""
    called, foreign = _FOREIGN[kind]
    usual = SelectRequest(source=request.source)
    for name in foreign:
        if getattr(request, name) != getattr(usual, name):
            option = _OPTION_OF.get(name, name).replace("_", "-")
            remedy = "; task.toml says how it is judged" if name == "metric" else ""
            raise BadInput(f"--{option} does not go with {called}, which is trained{remedy}")
