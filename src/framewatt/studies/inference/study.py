"""The pipeline: what to do, who may do it, the race, the decision. One direction, no circles."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.candidates.enumeration import (
    Choice,
    enumerate_candidates,
    known_precisions,
    left_out,
    require_incumbent,
)
from framewatt.candidates.locks import locked_bytes
from framewatt.carbon.basis import carbon_block
from framewatt.config import read_hardware_table
from framewatt.decision import build_decision
from framewatt.errors import BadInput
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.clock import busy_frequency
from framewatt.metering.host.inspection import inspect_host, reservable_cpus
from framewatt.metering.power.build import host_model
from framewatt.records import Status
from framewatt.records.units import format_bytes, format_duration
from framewatt.runs.carbon_basis import basis_of, require_score
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import CandidateLine, FunctionalUnit, Manifest, WorkloadLine
from framewatt.runs.records import Admitted, IdlePower, Settled
from framewatt.studies.context import StudyContext
from framewatt.studies.inference.admission import Admission
from framewatt.studies.inference.preparation import equip, gather
from framewatt.studies.progress import Silent
from framewatt.studies.racing import run_race
from framewatt.trials.blocks import WINDOW_SECONDS, BlockRunner
from framewatt.trials.idle import measure_idle
from framewatt.trials.process import MALLOC_SETTINGS
from framewatt.trials.window import Instrument
from framewatt.workload.functional_unit import functional_unit
from framewatt.workload.labels import labels_of
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.discovery import Plugin
    from framewatt.records import Host, Workload
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.trials.inference import Inference, InferenceSpec

GONE = "what it ran on is no longer there since the run was interrupted"
"""Why a candidate that had been admitted cannot race on."""
_IDLE_SECONDS = 5.0


def select(request: SelectRequest, progress: Progress | None = None) -> Decision:
    """Race the candidates for a user's own model; the run folder keeps everything.

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    workload = open_source(request.source, request.training.data)
    if request.work.metric and not (request.work.labels or workload.labels):
        raise BadInput("--metric needs --labels")
    hardware = read_hardware_table(Path.cwd())
    basis = basis_of(request, hardware)
    require_score(basis, request.race.objective)
    host = inspect_host()
    meter = choose_meter(request.race.meter, host)
    entries = enumerate_candidates(choice_of(request), workload.format)
    require_incumbent(request.race.incumbent, entries)
    manifest = manifest_of(request, workload, host, meter, entries)
    manifest = replace(manifest, hardware=hardware, carbon=carbon_block(basis))
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
    run = RunFolder.create(Path(request.race.runs_dir), name, manifest)
    return _conduct(run, request, workload, meter, entries, progress or Silent())


def resume(path: Path, progress: Progress | None = None) -> Decision:
    """Go on with a run that was interrupted; finished windows count once.

    Raises:
        BadInput: not a run folder, or the model, the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    run = RunFolder.open_run(path)
    request = run.manifest.request
    workload = open_source(request.source)
    run.require_same(workload.sha256, inspect_host())
    meter = choose_meter(request.race.meter, inspect_host())
    run.require_meter(meter.description)
    entries = enumerate_candidates(choice_of(request), workload.format)
    return _conduct(run, request, workload, meter, entries, progress or Silent())


def _conduct(  # noqa: PLR0913, PLR0917 - the parts of a study, named once
    run: RunFolder,
    request: SelectRequest,
    workload: Workload,
    meter: Meter,
    entries: list[CandidateSpec],
    progress: Progress,
) -> Decision:
    context = StudyContext(request, run, progress)
    run.lock()
    try:
        labels = labels_of(workload, request.work.labels, request.work.metric)
        material = gather(workload, context)
        if labels:
            labels.require_one_label_each(material.library)
        _tell_left_out(left_out(choice_of(request), workload.format), progress)
        settled = {settled.candidate for settled in run.records(Settled)}
        entering = [e for e in entries if e.equal_budget and e.candidate.id not in settled]
        contestants = equip(entering, material, context)
        idle = idle_watts(meter, context)
        blocks: BlockRunner[Inference] = BlockRunner(Instrument(meter, idle), run.append, run.logs)
        with blocks as runner:
            examiner = Admission(material, labels, runner, context)
            if next(run.records(Admitted), None) is None:
                admitted, seconds = examiner.admit_all(contestants)
                cohort = runner.cohort_size()
                run.append(Admitted(tuple(admitted), seconds, cohort))

            def recruit(name: str) -> InferenceSpec | None:
                wanted = [e for e in entries if e.candidate.id == name]
                if not wanted:
                    context.settle(name, Status.FAILED, GONE)
                contestant = equip(wanted, material, context).get(name)
                return contestant if contestant and examiner.admit_late(contestant) else None

            run_race(contestants, recruit, runner, context)
    finally:
        meter.close()
        run.release()
    decision = build_decision(run)
    run.write("decision.json", decision.to_json().encode())
    return decision


def idle_watts(meter: Meter, context: StudyContext) -> dict[str, float]:
    """What the machine draws when nothing runs: known to an estimate, metered for a counter."""
    known = meter.idle_watts()
    if known is None:
        seconds = max(_IDLE_SECONDS, meter.minimum_window_seconds)
        context.progress.say(f"metering the idle machine for {format_duration(seconds)}")
        known = measure_idle(meter, seconds)
    context.run.append(IdlePower(known))
    return known


def _tell_left_out(plugins: list[Plugin], progress: Progress) -> None:
    """Say what the default set leaves out, and what it would weigh."""
    weights = ((plugin.module.TITLE, locked_bytes(plugin.name)) for plugin in plugins)
    told = [f"{title} ({format_bytes(weight)})" if weight else title for title, weight in weights]
    if told:
        progress.say(f"not in the default set: {', '.join(told)}; add them with --frameworks all")


def choice_of(request: SelectRequest) -> Choice:
    """Which frameworks the user asked for, under which settings.

    Raises:
        BadInput: this machine has fewer CPUs than were asked for.
    """
    request.require_cpus()
    return Choice(
        frameworks=request.candidates.frameworks,
        threads=request.candidates.threads,
        precision=request.candidates.precision,
        allowed_precisions=request.candidates.allow_precision or _precisions_a_quality_permits(request),
        overrides=request.candidates.settings,
        installed=request.candidates.environment == "current",
        tune=request.candidates.tune,
        most_threads=reservable_cpus(),
    )


def _precisions_a_quality_permits(request: SelectRequest) -> tuple[str, ...]:
    """Every precision, where the user's labels and a quality target say what may not be lost."""
    judged = request.work.labels is not None and request.work.quality is not None
    return known_precisions() if judged and request.candidates.precision is None else ()


def manifest_of(
    request: SelectRequest, workload: Workload, host: Host, meter: Meter, entries: list[CandidateSpec]
) -> Manifest:
    """What is known when a run begins; the run folder keeps it."""
    return Manifest(
        framewatt_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=" ".join(["framewatt", *sys.argv[1:]]),
        stage=workload.stage,
        request=request,
        workload=WorkloadLine(workload.name, workload.kind, workload.format, workload.sha256),
        functional_unit=FunctionalUnit(**functional_unit(request.work.functional_unit)),
        window_seconds=max(WINDOW_SECONDS, meter.minimum_window_seconds),
        host=host,
        python=platform.python_version(),
        worker_environment=MALLOC_SETTINGS,
        meter=meter.description,
        power_model=host_model(host, meter.description.scope, busy_frequency().share),
        candidates=tuple(candidate_line(entry) for entry in entries),
    )


def candidate_line(entry: CandidateSpec) -> CandidateLine:
    """A contestant as the manifest keeps it."""
    module = entry.plugin.module
    return CandidateLine(
        id=entry.candidate.id,
        framework=entry.candidate.framework,
        title=module.TITLE,
        family=getattr(module, "FAMILY", None),
        version=entry.candidate.version,
        device=entry.candidate.device,
        language=entry.candidate.language,
        settings=dict(entry.settings),
        equal_budget=entry.equal_budget,
    )
