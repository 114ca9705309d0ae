"""The pipeline of a task: scripts as contestants, one quality, one race."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.blocks import BlockRunner
from framewatt.candidates import Entry, require_incumbent
from framewatt.document import build_decision
from framewatt.errors import BadInput, EnvironmentFailed, Inapplicable
from framewatt.host import inspect_host, usable_cpus
from framewatt.launch import python_environment, python_worker
from framewatt.metering import choose_meter
from framewatt.plugins import nearest
from framewatt.preparation import Context, open_source, runtime_of
from framewatt.progress import Silent
from framewatt.racing import run_race
from framewatt.records import Candidate, Stage, Status
from framewatt.request import SelectRequest
from framewatt.store import RunFolder
from framewatt.study import idle_watts
from framewatt.training.manifest import training_manifest
from framewatt.training.study import admit, joules_of, no_recruit, racing_of
from framewatt.training.task import Task, read_task
from framewatt.training.task_qualifier import TaskQualifier
from framewatt.training.trial import TrainingContestant, TrainingTrial, trials_before_the_race
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.contracts import Meter
    from framewatt.document import Decision
    from framewatt.progress import Progress

_WINDOW_SECONDS = 0.5


def select(request: SelectRequest, progress: Progress | None = None) -> list[Decision]:
    """Race a task's scripts to its quality; returns the one decision, of stage training.

    Raises:
        BadInput: the task or an option cannot be used.
        StoreError: the run folder cannot be written.
    """
    workload = open_source(request.source)
    task = read_task(workload.path, request.size, request.quality)
    host = inspect_host()
    meter = choose_meter(request.meter, host)
    entries = _entries(task, request)
    require_incumbent(request.incumbent, entries)
    manifest = training_manifest(request, workload, host, meter, entries, _described(task))
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
    run = RunFolder.create(Path(request.runs_dir), name, manifest)
    return _conduct(Context(request, run, progress or Silent()), task, meter, entries)


def resume(path: Path, progress: Progress | None = None) -> list[Decision]:
    """Go on with an interrupted run; curves are drawn again unless all of them were finished.

    Raises:
        BadInput: not a run folder, or the task has changed since.
    """
    run = RunFolder.open_run(path)
    request = SelectRequest.from_json(run.manifest["request"])
    workload = open_source(request.source)
    run.require_same(workload.sha256, inspect_host())
    meter = choose_meter(request.meter, inspect_host())
    task = read_task(workload.path, request.size, request.quality)
    return _conduct(Context(request, run, progress or Silent()), task, meter, _entries(task, request))


def _entries(task: Task, request: SelectRequest) -> list[Entry]:
    """Every script under each of its settings; --frameworks narrows them down."""
    known = {script.name: script for script in task.scripts}
    wanted = [word.strip() for word in request.frameworks.split(",") if word.strip()]
    if set(wanted) & {"default", "all"}:
        wanted = list(known)
    found = []
    for name in wanted:
        if name not in known:
            raise BadInput(f"--frameworks: the task has no script {name!r}{nearest(name, known)}")
        module = known[name].module
        space = getattr(module, "SETTINGS", {"precision": ("fp32",)})
        defaults = {"threads": str(request.threads)} | {key: values[0] for key, values in space.items()}
        variants: tuple[dict[str, str], ...] = getattr(module, "ENTRIES", ({},))
        for changes in variants:
            settings = {**defaults, **changes}
            candidate = Candidate(name, module.VERSION, settings=tuple(settings.items()))
            found.append(Entry(candidate, known[name], settings))
    return found


def _described(task: Task) -> dict[str, Any]:
    return {
        "rows": len(task.arrays["y_train"]),
        "shape": list(task.arrays["x_train"].shape[1:]),
        "metric": task.metric,
        "seeds": list(task.seeds),
        "epochs": task.epochs,
        "batch": task.batch,
        "optimisation": task.optimisation,
        "options": dict(task.options),
    }


def _conduct(context: Context, task: Task, meter: Meter, entries: Sequence[Entry]) -> list[Decision]:
    run = context.run
    run.lock()
    try:
        logs = run.path / "logs"
        logs.mkdir(exist_ok=True)
        path = run.path / "task.tensors"
        write_tensors(path, {n: a for n, a in task.arrays.items() if n not in {"y_validation", "y_test"}})
        contestants = _equip(entries, task, path, context)
        idle = idle_watts(meter, context)
        if next(run.records("admitted"), None) is None:
            qualifier = TaskQualifier(context, trials_before_the_race(meter, idle), task, joules_of(context))
            try:
                admit(qualifier.qualify(contestants), qualifier.spent_seconds, context)
            finally:
                qualifier.close()
        metering = meter, _WINDOW_SECONDS, run.append_measurement, logs, idle
        with BlockRunner(*metering, TrainingTrial) as runner:
            run_race(dict(racing_of(contestants, context)), no_recruit, runner, context)
    finally:
        meter.close()
        run.release()
    decision = build_decision(run)
    run.write("decision.json", decision.to_json().encode())
    return [decision]


def _equip(
    entries: Sequence[Entry], task: Task, path: Path, context: Context
) -> dict[str, tuple[Entry, TrainingContestant]]:
    settled = {record["candidate"] for record in context.run.records("status")}
    found = {}
    for entry in entries:
        name = entry.candidate.id
        if name in settled:
            continue
        try:
            found[name] = entry, _contestant(entry, task, path, context)
        except Inapplicable as reason:
            context.settle(name, Status.INAPPLICABLE, str(reason))
        except EnvironmentFailed as reason:
            context.settle(name, Status.FAILED, str(reason))
    return found


def _contestant(entry: Entry, task: Task, path: Path, context: Context) -> TrainingContestant:
    runtime = runtime_of(entry, context)
    threads = int(entry.settings["threads"])
    return TrainingContestant(
        candidate=entry.candidate.id,
        command=tuple(python_worker(runtime.interpreter, entry.plugin.path)),
        environment=python_environment(threads),
        cpus=usable_cpus()[-threads:],
        model=Path(),
        settings=entry.settings,
        signature={},
        samples=(),
        stage=Stage.TRAINING,
        patience=context.request.timeout,
        reserved_share=threads / context.run.manifest["host"]["logical_cpus"],
        table=path,
        about=task.about(),
        folds=len(task.seeds),
        most_rounds=task.epochs,
    )
