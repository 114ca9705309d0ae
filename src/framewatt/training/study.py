"""The pipeline of a training study: table, curves, the race to the quality, then the models' own race."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.blocks import BlockRunner
from framewatt.candidates import Entry, enumerate_candidates, require_incumbent
from framewatt.carbon_basis import stored_basis
from framewatt.document import build_decision
from framewatt.errors import BadInput, EnvironmentFailed, Inapplicable
from framewatt.host import inspect_host, usable_cpus
from framewatt.launch import available_memory_bytes, python_environment, python_worker
from framewatt.metering import choose_meter
from framewatt.preparation import Context, open_source, runtime_of
from framewatt.progress import Silent
from framewatt.racing import run_race
from framewatt.reconstruction import cost_of
from framewatt.records import Objective, Status
from framewatt.request import SelectRequest
from framewatt.store import RunFolder
from framewatt.study import candidate_line, choice_of, idle_watts
from framewatt.training.folds import FOLDS, Folds, divide
from framewatt.training.manifest import training_manifest
from framewatt.training.qualifier import Qualifier
from framewatt.training.serving import serve
from framewatt.training.table import Table, read_table
from framewatt.training.trial import TrainingContestant, TrainingTrial, trials_before_the_race
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from framewatt.contracts import Meter
    from framewatt.document import Decision
    from framewatt.progress import Progress
    from framewatt.records import Measurement, Workload

_WINDOW_SECONDS = 0.5
_SERVING_SHARE = 0.2
"""The part of the budget that the race of the trained models gets."""
_NOT_FOR_TABLES = (
    "samples",
    "dims",
    "labels",
    "max_latency",
    "max_memory",
    "functional_unit",
    "allow_precision",
)


def select(request: SelectRequest, progress: Progress | None = None) -> list[Decision]:
    """Train a table's target to one quality with every library; returns the training and inference decisions.

    The run folder is the training study's; the inference study's lies in it.

    Raises:
        BadInput: the table, the target or an option cannot be used.
        StoreError: the run folder cannot be written.
    """
    _check(request)
    workload = open_source(request.source)
    table = _table(request)
    host = inspect_host()
    meter = choose_meter(request.meter, host)
    entries = _comparable(request, workload)
    require_incumbent(request.incumbent, entries)
    serving = request.budget * _SERVING_SHARE
    own = replace(request, budget=request.budget - serving)
    manifest = training_manifest(own, workload, host, meter, entries, _described(table, serving))
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
    run = RunFolder.create(Path(request.runs_dir), name, manifest)
    return _conduct(Context(own, run, progress or Silent()), table, meter, entries)


def resume(path: Path, progress: Progress | None = None) -> list[Decision]:
    """Go on with an interrupted training run; curves are drawn again unless all of them were finished.

    Raises:
        BadInput: not a run folder, or the table has changed since.
    """
    run = RunFolder.open_run(path)
    request = SelectRequest.from_json(run.manifest["request"])
    workload = open_source(request.source)
    run.require_same(workload.sha256, inspect_host())
    meter = choose_meter(request.meter, inspect_host())
    entries = _comparable(request, workload)
    return _conduct(Context(request, run, progress or Silent()), _table(request), meter, entries)


def _comparable(request: SelectRequest, workload: Workload) -> list[Entry]:
    """Every library at comparable capacity; its other settings are what tuning searches."""
    entries = enumerate_candidates(choice_of(request), workload.format)
    return [entry for entry in entries if entry.equal_budget]


def _check(request: SelectRequest) -> None:
    if not request.target:
        raise BadInput(f"{request.source}: a table needs --target, the name of the column to learn")
    usual = SelectRequest(source=request.source)
    for name in _NOT_FOR_TABLES:
        if getattr(request, name) != getattr(usual, name):
            option = name.rstrip("s").replace("_", "-") if name == "dims" else name.replace("_", "-")
            raise BadInput(f"--{option} is for models; a table is learnt from --target")


def _table(request: SelectRequest) -> Table:
    path = Path(request.source).expanduser().resolve()
    return read_table(path, str(request.target), request.metric, available_memory_bytes())


def _described(table: Table, serving_budget: float) -> dict[str, Any]:
    return {
        "rows": len(table.rows),
        "features": len(table.features),
        "categorical": len(table.categorical),
        "task": table.task,
        "classes": list(table.classes),
        "metric": table.metric,
        "folds": FOLDS,
        "serving_budget": serving_budget,
    }


def _conduct(context: Context, table: Table, meter: Meter, entries: Sequence[Entry]) -> list[Decision]:
    run = context.run
    folds = divide(table.target, stratified=table.task != "regression", seed=context.request.seed)
    run.lock()
    try:
        logs = run.path / "logs"
        logs.mkdir(exist_ok=True)
        contestants = _equip(entries, table, _lay_out(table, folds, run.path), context)
        idle = idle_watts(meter, context)
        if next(run.records("admitted"), None) is None:
            qualifier = Qualifier(
                context, trials_before_the_race(meter, idle), table, folds, joules_of(context)
            )
            try:
                _qualify(contestants, qualifier, context)
            finally:
                qualifier.close()
        racing = racing_of(contestants, context)
        metering = meter, _WINDOW_SECONDS, run.append_measurement, logs, idle
        with BlockRunner(*metering, TrainingTrial) as runner:
            run_race(dict(racing), no_recruit, runner, context)
        decision = build_decision(run)
        run.write("decision.json", decision.to_json().encode())
        served = [serve(racing, table, folds, meter, context)] if racing else []
    finally:
        meter.close()
        run.release()
    return [decision, *served]


def no_recruit(_name: str) -> None:
    """Nobody joins a training race late: tuning has happened before it."""


def joules_of(context: Context) -> Callable[[Measurement], float]:
    """A window's energy, whatever the objective is."""
    manifest = context.run.manifest
    energy = {**manifest, "request": {**manifest["request"], "objective": Objective.ENERGY}}
    return cost_of(energy, stored_basis(manifest))


def _lay_out(table: Table, folds: Folds, folder: Path) -> Path:
    """The table and its parts as one file that workers read."""
    path = folder / "table.tensors"
    parts = {"rows": table.rows, "target": table.target, "test": folds.test}
    for fold, validation in enumerate(folds.validation):
        parts[f"validation-{fold}"] = validation
        parts[f"training-{fold}"] = folds.training(fold)
    write_tensors(path, parts)
    return path


def _equip(
    entries: Sequence[Entry], table: Table, path: Path, context: Context
) -> dict[str, tuple[Entry, TrainingContestant]]:
    """Build each entry's environment; who cannot is recorded with the reason."""
    settled = {record["candidate"] for record in context.run.records("status")}
    found = {}
    for entry in entries:
        name = entry.candidate.id
        if name in settled:
            continue
        if entry.inapplicable or not hasattr(entry.plugin.module, "train"):
            title = entry.plugin.module.TITLE
            context.settle(
                name, Status.INAPPLICABLE, entry.inapplicable or f"{title} does not train on tables"
            )
            continue
        try:
            found[name] = entry, _contestant(entry, table, path, context)
        except Inapplicable as reason:
            context.settle(name, Status.INAPPLICABLE, str(reason))
        except EnvironmentFailed as reason:
            context.settle(name, Status.FAILED, str(reason))
    return found


def _contestant(entry: Entry, table: Table, path: Path, context: Context) -> TrainingContestant:
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
        stage=context.run.manifest["stage"],
        patience=context.request.timeout,
        reserved_share=threads / context.run.manifest["host"]["logical_cpus"],
        table=path,
        about=table.about(context.request.seed),
        folds=FOLDS,
        most_rounds=entry.plugin.module.most_rounds(entry.settings),
    )


def _qualify(
    contestants: dict[str, tuple[Entry, TrainingContestant]], qualifier: Qualifier, context: Context
) -> None:
    """Find out who races with what, and write it down so that a resumed run need not ask again."""
    run = context.run
    finalists = qualifier.qualify(contestants)
    tuned = [candidate_line(f.entry) for f in finalists if f.tuned]
    run.amend({"candidates": [*run.manifest["candidates"], *tuned]})
    environments = {record["candidate"]: record for record in run.records("environment")}
    for finalist in (f for f in finalists if f.tuned):
        origin = next(one for one in environments.values() if _same_framework(one, finalist.entry))
        run.append("environment", {**origin, "candidate": finalist.contestant.candidate})
    admit([finalist.contestant for finalist in finalists], qualifier.spent_seconds, context)


def admit(contestants: Sequence[TrainingContestant], seconds: float, context: Context) -> None:
    """Write down who races, and with what; `seconds` is what finding that out took."""
    for told in contestants:
        record = {
            "candidate": told.candidate,
            "rounds": told.rounds,
            "cycle": told.cycle,
            "seconds_per_run": told.seconds_per_run,
            "units_per_query": told.units_per_query,
            "settings": dict(told.settings),
            "model": told.model.name,
        }
        context.run.append("contestant", record)
    names = [told.candidate for told in contestants]
    context.run.append("admitted", {"candidates": names, "seconds": seconds})


def _same_framework(environment: dict[str, Any], entry: Entry) -> bool:
    return str(environment["candidate"]).startswith(f"{entry.candidate.framework}@{entry.candidate.version}/")


def racing_of(
    contestants: dict[str, tuple[Entry, TrainingContestant]], context: Context
) -> dict[str, TrainingContestant]:
    """The contestants that were admitted, as they were written down."""
    by_framework = {(e.candidate.framework, e.candidate.version): c for e, c in contestants.values()}
    found = {}
    for record in context.run.records("contestant"):
        framework, _, rest = str(record["candidate"]).partition("@")
        base = by_framework[framework, rest.partition("/")[0]]
        found[record["candidate"]] = replace(
            base,
            candidate=record["candidate"],
            settings=record["settings"],
            rounds=tuple(record["rounds"]),
            cycle=record["cycle"],
            seconds_per_run=record["seconds_per_run"],
            units_per_query=record["units_per_query"],
            model=context.run.path.resolve() / "models" / record["model"],
        )
    return found
