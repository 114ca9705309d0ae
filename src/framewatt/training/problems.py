"""Which kind of problem a source is: by the format that its workload says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.training.table_problem import open_table
from framewatt.training.task_problem import open_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Workload
    from framewatt.request import SelectRequest
    from framewatt.training.problem import LearningProblem

_OPENERS: dict[str, Callable[[Workload, SelectRequest], LearningProblem]] = {
    "table": open_table,
    "task": open_task,
}


def open_problem(workload: Workload, request: SelectRequest) -> LearningProblem:
    """Read what is to be learnt.

    Raises:
        BadInput: it cannot be read, or an option does not go with it.
    """
    return _OPENERS[workload.format](workload, request)
