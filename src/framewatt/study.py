"""The pipeline: what to do, who may do it, the race, the decision. One direction, no circles."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt import __version__, latency
from framewatt.accounting import observations
from framewatt.blocks import BlockRunner
from framewatt.candidates import Choice, enumerate_candidates, left_out, require_incumbent
from framewatt.document import build_decision, carbon_basis
from framewatt.errors import Inapplicable, TrialFailed
from framewatt.functional_unit import functional_unit
from framewatt.host import inspect_host
from framewatt.launch import MALLOC_SETTINGS
from framewatt.locks import locked_bytes
from framewatt.metering import choose_meter
from framewatt.power.build import host_model
from framewatt.preparation import Context, equip, gather, open_source
from framewatt.progress import Silent
from framewatt.qualification import qualify, task_of
from framewatt.reconstruction import cost_of, replay
from framewatt.records import Phase, Status
from framewatt.request import SelectRequest
from framewatt.store import RunFolder
from framewatt.units import format_bytes, format_duration

if TYPE_CHECKING:
    from framewatt.candidates import Entry
    from framewatt.contracts import Meter
    from framewatt.document import Decision
    from framewatt.plugins import Plugin
    from framewatt.progress import Progress
    from framewatt.records import Host, Measurement, Workload
    from framewatt.trial import Contestant

_WINDOW_SECONDS = 0.5


def select(request: SelectRequest, progress: Progress | None = None) -> Decision:
    """Race the candidates for a user's own model; the run folder keeps everything.

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    workload = open_source(request.source)
    carbon_basis(
        request.region, request.intensity
    )  # an unknown region is refused before anything is measured
    host = inspect_host()
    meter = choose_meter(request.meter, host, reserved_cpus=request.threads)
    entries = enumerate_candidates(choice_of(request), workload.format)
    require_incumbent(request.incumbent, entries)
    manifest = manifest_of(request, workload, host, meter, entries)
    _tell_left_out(left_out(choice_of(request), workload.format), progress or Silent())
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
    run = RunFolder.create(Path(request.runs_dir), name, manifest)
    return _conduct(run, request, workload, meter, entries, progress or Silent())


def resume(path: Path, progress: Progress | None = None) -> Decision:
    """Go on with a run that was interrupted; finished windows count once.

    Raises:
        BadInput: not a run folder, or the model has changed since.
        StoreError: another process is writing the run.
    """
    run = RunFolder.open_run(path)
    request = SelectRequest.from_json(run.manifest["request"])
    workload = open_source(request.source)
    run.require_same(workload.sha256, inspect_host())
    meter = choose_meter(request.meter, inspect_host(), reserved_cpus=request.threads)
    entries = enumerate_candidates(choice_of(request), workload.format)
    return _conduct(run, request, workload, meter, entries, progress or Silent())


def _conduct(  # noqa: PLR0913, PLR0917 - the parts of a study, named once
    run: RunFolder,
    request: SelectRequest,
    workload: Workload,
    meter: Meter,
    entries: list[Entry],
    progress: Progress,
) -> Decision:
    context = Context(request, run, progress)
    run.lock()
    try:
        task = task_of(workload, context)
        material = gather(workload, context)
        settled = {record["candidate"] for record in run.records("status")}
        contestants = equip([e for e in entries if e.candidate.id not in settled], material, context)
        logs = run.path / "logs"
        logs.mkdir(exist_ok=True)
        with BlockRunner(meter, _WINDOW_SECONDS, run.append_measurement, logs) as runner:
            if next(run.records("admitted"), None) is None:
                admitted, seconds = qualify(contestants, material, task, runner, context)
                run.append("admitted", {"candidates": admitted, "seconds": seconds})
            run_race(contestants, runner, context)
    finally:
        meter.close()
        run.release()
    decision = build_decision(run)
    run.write("decision.json", decision.to_json().encode())
    return decision


def run_race(contestants: dict[str, Contestant], runner: BlockRunner, context: Context) -> None:
    """Ask the race for blocks, run them, store them, tell the race, until it is over."""
    basis = carbon_basis(context.request.region, context.request.intensity)
    replayed = replay(context.run, basis)
    if replayed is None:
        return
    race, cost = replayed.race, cost_of(context.run.manifest, basis)
    finished = replayed.measurements
    while (block := race.ask()) is not None:
        earlier = [
            m for m in finished if m.block == block.number and m.phase is Phase.STEADY and not m.invalid
        ]
        done = {(m.candidate, m.window) for m in earlier}
        outcome = runner.run(block, contestants, done)
        fallen = {**outcome.fallen, **_too_slow(outcome.measurements, context)}
        told = observations([*earlier, *outcome.measurements], cost)
        event = {"seconds": outcome.seconds, "launch_seconds": outcome.launch_seconds}
        context.run.append("race", {"event": "tell", "block": block.number, **event})
        race.tell(block, told, outcome.seconds, outcome.launch_seconds)
        for name, error in fallen.items():
            status = Status.FAILED if isinstance(error, TrialFailed) else Status.INFEASIBLE
            context.settle(name, status, str(error))
            context.run.append("race", {"event": "drop", "candidate": name, "reason": str(error)})
            race.drop(name, str(error))
        standings = race.standings()
        context.progress.standing(standings, context.request.budget)


def _tell_left_out(plugins: list[Plugin], progress: Progress) -> None:
    """Say what the default set leaves out, and what it would weigh."""
    weights = ((plugin.module.TITLE, locked_bytes(plugin.name)) for plugin in plugins)
    told = [f"{title} ({format_bytes(weight)})" if weight else title for title, weight in weights]
    if told:
        progress.say(f"not in the default set: {', '.join(told)}; add them with --frameworks all")


def choice_of(request: SelectRequest) -> Choice:
    """Which frameworks the user asked for, under which settings."""
    return Choice(
        frameworks=request.frameworks,
        threads=request.threads,
        precision=request.precision,
        allowed_precisions=request.allow_precision,
        overrides=request.settings,
        installed=request.environment == "current",
    )


def _too_slow(measurements: list[Measurement], context: Context) -> dict[str, Exception]:
    """Candidates whose latency percentile exceeds the bound beyond doubt."""
    bound = context.request.latency_bound()
    slow: dict[str, Exception] = {}
    if bound is None:
        return slow
    percent, limit = bound
    for name in {m.candidate for m in measurements}:
        counts = latency.merge(m.latency for m in measurements if m.candidate == name and m.latency)
        low, _ = latency.percentile_interval(counts, percent)
        if low is not None and low > limit:
            found = f"p{percent:.0f} latency is above {format_duration(low)}"
            slow[name] = Inapplicable(f"{found}, the bound is {format_duration(limit)}")
    return slow


def manifest_of(
    request: SelectRequest, workload: Workload, host: Host, meter: Meter, entries: list[Entry]
) -> dict[str, Any]:
    """What is known when a run begins; the run folder keeps it as its manifest."""
    return {
        "framewatt_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["framewatt", *sys.argv[1:]]),
        "stage": workload.stage,
        "request": request.to_json(),
        "workload": {
            "name": workload.name,
            "kind": workload.kind,
            "format": workload.format,
            "sha256": workload.sha256,
        },
        "functional_unit": functional_unit(request.functional_unit),
        "window_seconds": max(_WINDOW_SECONDS, meter.minimum_window_seconds),
        "host": asdict(host),
        "python": platform.python_version(),
        "worker_environment": MALLOC_SETTINGS,
        "meter": asdict(meter.description),
        "power_model": host_model(host).parameters(),
        "candidates": [candidate_line(entry) for entry in entries],
    }


def candidate_line(entry: Entry) -> dict[str, Any]:
    """A contestant as the manifest keeps it."""
    module = entry.plugin.module
    return {
        "id": entry.candidate.id,
        "framework": entry.candidate.framework,
        "title": module.TITLE,
        "family": getattr(module, "FAMILY", None),
        "version": entry.candidate.version,
        "device": entry.candidate.device,
        "language": entry.candidate.language,
        "settings": dict(entry.settings),
        "equal_budget": entry.equal_budget,
    }
