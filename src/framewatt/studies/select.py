"""The door of the main job: which study a source asks for, from the command line and from Python alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.records import Stage
from framewatt.runs.folder import RunFolder
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
        options: Those of `framewatt.runs.request.OPTIONS`, as on the command line (``budget="3min"``) or as
            values (seconds, bytes, shares as numbers).

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    return decide(SelectRequest.of(str(model), **options), progress)[0]


def resume(run: str | PathLike[str], *, progress: Progress | None = None) -> Decision:
    """Go on with an interrupted run and return its decision, as `select` would have.

    Raises:
        BadInput: not a run folder, or the source, the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    return finish(Path(run), progress)[0]


def decide(request: SelectRequest, progress: Progress | None = None) -> list[Decision]:
    """One decision for a model, two (training, inference) for what has to be trained first.

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    workload = open_source(request.source, request.training.data)
    request.require_meant_for(workload.format)
    if workload.stage is Stage.TRAINING:
        return training.select(request, workload, progress)
    return [study.select(request, workload, progress)]


def finish(run: Path, progress: Progress | None = None) -> list[Decision]:
    """The decisions of an interrupted run, once it has gone on to its end.

    Raises:
        BadInput: not a run folder, or the source, the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    manifest = RunFolder.open_run(run).manifest
    if manifest.question is not None:
        raise BadInput(f"{run}: a comparison of commands; go on with: framewatt compare --resume {run}")
    if manifest.stage is Stage.TRAINING:
        return training.resume(run, progress)
    return [study.resume(run, progress)]
