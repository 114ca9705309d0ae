"""Which kind of problem a source is: by the format that its workload says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.studies.training.problems.keras import open_keras
from framewatt.studies.training.problems.scripted import open_task
from framewatt.studies.training.problems.tabular import open_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Workload
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.studies.training.problems.problem import LearningProblem

_OPENERS: dict[str, Callable[[Workload, SelectRequest, Progress], LearningProblem]] = {
    "keras_code": open_keras,
    "table": open_table,
    "task": open_task,
}


def open_problem(workload: Workload, request: SelectRequest, progress: Progress) -> LearningProblem:
    """Read what is to be learnt; `progress` watches where an environment must be built for that.

    Raises:
        BadInput: it cannot be read.
    """
    return _OPENERS[workload.format](workload, request, progress)
