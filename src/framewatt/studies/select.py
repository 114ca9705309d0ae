"""The Python API of the main job: `framewatt.select`, with the command line's options as keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.records import Stage
from framewatt.runs.request import SelectRequest
from framewatt.studies.inference import study
from framewatt.studies.training import study as training
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from os import PathLike

    from framewatt.decision import Decision
    from framewatt.studies.progress import Progress


def select(model: str | PathLike[str], *, progress: Progress | None = None, **options: Any) -> Decision:
    """Race frameworks for `model` and return the decision; where models are trained, that of the training.

    Args:
        model: An ONNX file, a model.py, a .pt2 or .keras file, or ``example:digits``; or something to
            learn (a table, a task, a Keras model.py with ``data``).
        progress: Who watches; nobody by default.
        options: The fields of `framewatt.runs.request.SelectRequest` (seconds, shares as numbers).

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    try:
        request = SelectRequest(source=str(model), **options)
    except TypeError as error:
        raise BadInput(f"select: {str(error).rpartition('()')[2].strip()}") from None
    if open_source(request.source, request.data).stage is Stage.TRAINING:
        return training.select(request, progress)[0]
    return study.select(request, progress)
