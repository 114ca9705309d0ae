"""The door of the main job: which study a source asks for, from the command line and from Python alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.records import Stage
from framewatt.runs.folder import RunFolder
from framewatt.studies.inference import study
from framewatt.studies.training import study as training
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.decision import Decision
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress


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
