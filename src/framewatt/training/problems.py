"""Which kind of problem a source is: by the format that its workload says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.training.keras_problem import open_keras
from framewatt.training.table_problem import open_table
from framewatt.training.task_problem import open_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.progress import Progress
    from framewatt.records import Workload
    from framewatt.request import SelectRequest
    from framewatt.training.problem import LearningProblem

_OPENERS: dict[str, Callable[[Workload, SelectRequest, Progress], LearningProblem]] = {
    "keras_code": open_keras,
    "table": open_table,
    "task": open_task,
}


def open_problem(workload: Workload, request: SelectRequest, progress: Progress) -> LearningProblem:
    """Read what is to be learnt; `progress` watches where an environment must be built for that.

    Raises:
        BadInput: it cannot be read, or an option does not go with it.
    """
    return _OPENERS[workload.format](workload, request, progress)
