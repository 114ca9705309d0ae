"""The pipeline of a training study: the problem, who may learn it, the race to the quality, the decision."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.candidates.enumeration import require_incumbent
from framewatt.decision import build_decision
from framewatt.errors import EnvironmentFailed, Inapplicable
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host, usable_cpus
from framewatt.records import Candidate, Objective, Status
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import TrainingBlock
from framewatt.runs.records import Admitted, RacingTerms, Settled
from framewatt.runs.replay import cost_of
from framewatt.studies.context import StudyContext
from framewatt.studies.inference.study import GONE, idle_watts
from framewatt.studies.progress import Silent
from framewatt.studies.racing import run_race
from framewatt.studies.runtime import runtime_of
from framewatt.studies.training.manifest import training_manifest
from framewatt.studies.training.problems.opening import open_problem
from framewatt.trials.blocks import BlockRunner
from framewatt.trials.process import python_environment, python_worker
from framewatt.trials.training import Training, TrainingSpec, model_name, retrained, trials_before_the_race
from framewatt.trials.trial import LaunchSpec
from framewatt.trials.window import Instrument
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.records import Measurement
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.studies.training.admission.admission import Admission, Equipped
    from framewatt.studies.training.problems.problem import LearningProblem


def select(request: SelectRequest, progress: Progress | None = None) -> list[Decision]:
    """Train what `request.source` is to one quality with everybody who can.

    Returns the training decision, then that of the trained models if they race too; the run folder is the
    training study's, and the other study's lies in it.

    Raises:
        BadInput: the problem or an option cannot be used.
        StoreError: the run folder cannot be written.
    """
    workload = open_source(request.source, request.training.data)
    problem = open_problem(workload, request, progress or Silent())
    entries = problem.entries()
    require_incumbent(request.race.incumbent, entries)
    host = inspect_host()
    serving = request.race.budget * problem.serving_share
    own = replace(request, race=replace(request.race, budget=request.race.budget - serving))
    training = TrainingBlock(problem.described(), serving)
    with closing(choose_meter(request.race.meter, host)) as meter:
        manifest = training_manifest(own, workload, host, meter, entries, training)
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
        run = RunFolder.create(Path(request.race.runs_dir), name, manifest)
        return _conduct(StudyContext(own, run, progress or Silent()), problem, meter, entries)


def resume(path: Path, progress: Progress | None = None) -> list[Decision]:
    """Go on with an interrupted training run; curves are drawn again unless all of them were finished.

    Raises:
        BadInput: not a run folder, or what is learnt or what meters has changed since.
    """
    run = RunFolder.open_run(path)
    request = run.manifest.request
    workload = open_source(request.source, request.training.data)
    run.require_same(workload.sha256, inspect_host())
    problem = open_problem(workload, request, progress or Silent())
    entries = problem.entries()
    with closing(choose_meter(request.race.meter, inspect_host())) as meter:
        run.require_meter(meter.description)
        return _conduct(StudyContext(request, run, progress or Silent()), problem, meter, entries)


def _conduct(
    context: StudyContext, problem: LearningProblem, meter: Meter, entries: Sequence[CandidateSpec]
) -> list[Decision]:
    run = context.run
    run.lock()
    try:
        contestants = _equip(entries, problem, context)
        instrument = Instrument(meter, idle_watts(meter, context))
        if next(run.records(Admitted), None) is None:
            trial_of = trials_before_the_race(instrument)
            _qualify(problem.qualifier(context, trial_of, _joules_of(context)), contestants, context)
        racing = _racing_of(contestants, context)
        blocks: BlockRunner[Training] = BlockRunner(instrument, run.append, run.logs)
        with blocks as runner:
            run_race(dict(racing), partial(_recruit, context), runner, context)
        decision = build_decision(run)
        run.write("decision.json", decision.to_json().encode())
        served = problem.serve(racing, meter, context)
    finally:
        run.release()
    return [decision, *served]


def _recruit(context: StudyContext, name: str) -> None:
    """Nobody joins a training race late: it is asked for who was admitted and cannot be equipped any more."""
    if name not in _settled(context.run):
        context.settle(name, Status.FAILED, GONE)


def _joules_of(context: StudyContext) -> Callable[[Measurement], float]:
    """A window's energy, whatever the objective is."""
    manifest = context.run.manifest
    request = manifest.request
    asked_for_energy = replace(request, race=replace(request.race, objective=Objective.ENERGY))
    return cost_of(replace(manifest, request=asked_for_energy), stored_basis(manifest))


def _settled(run: RunFolder) -> set[str]:
    return {settled.candidate for settled in run.records(Settled)}


def _equip(
    entries: Sequence[CandidateSpec], problem: LearningProblem, context: StudyContext
) -> dict[str, Equipped]:
    """Build each entry's environment; who cannot is recorded with the reason.

    An entry that is settled is needed still where it, or a tuned point of its library, was admitted.
    """
    settled = _settled(context.run)
    needed = {_library(name) for name in _admitted(context.run)}
    arrays = problem.lay_out(context.run.path)
    equipped = {}
    for entry in entries:
        name = entry.candidate.id
        if name in settled and _library(name) not in needed:
            continue
        try:
            equipped[name] = entry, _contestant(entry, problem, arrays, context)
        except (Inapplicable, EnvironmentFailed) as reason:
            if name not in settled:
                status = Status.INAPPLICABLE if isinstance(reason, Inapplicable) else Status.FAILED
                context.settle(name, status, str(reason))
    return equipped


def _contestant(
    entry: CandidateSpec, problem: LearningProblem, arrays: Path, context: StudyContext
) -> TrainingSpec:
    if entry.inapplicable:
        raise Inapplicable(entry.inapplicable)
    terms = problem.terms(entry)
    runtime = runtime_of(entry, context)
    threads = int(entry.settings["threads"])
    work = Training(arrays, terms.about, folds=terms.folds, most_rounds=terms.most_rounds)
    return LaunchSpec(
        candidate=entry.candidate.id,
        command=tuple(python_worker(runtime.interpreter, entry.plugin.path)),
        environment=python_environment(threads),
        cpus=usable_cpus()[-threads:],
        settings=entry.settings,
        work=work,
        patience=context.request.race.timeout,
        reserved_share=threads / context.run.manifest.host.logical_cpus,
    )


def _qualify(qualifier: Admission, contestants: Mapping[str, Equipped], context: StudyContext) -> None:
    """Find out who races with what, and write it down so that a resumed run need not ask again."""
    try:
        admitted = qualifier.qualify(contestants)
    finally:
        qualifier.close()
    for contestant in admitted:
        terms = RacingTerms(
            candidate=contestant.candidate,
            rounds=contestant.work.rounds,
            cycle=contestant.work.cycle,
            seconds_per_run=contestant.work.seconds_per_run,
            units_per_query=contestant.work.units_per_query,
            settings=dict(contestant.settings),
            model=model_name(contestant),
        )
        context.run.append(terms)
    names = tuple(contestant.candidate for contestant in admitted)
    context.run.append(Admitted(names, qualifier.spent_seconds))


def _admitted(run: RunFolder) -> dict[str, RacingTerms]:
    """What was written down of those that were admitted."""
    written = {terms.candidate: terms for terms in run.records(RacingTerms)}
    admission = next(run.records(Admitted), None)
    return {name: written[name] for name in admission.candidates} if admission else {}


def _library(candidate: str) -> str:
    """The framework and version in a candidate's id."""
    return Candidate.parse(candidate).release


def _racing_of(contestants: Mapping[str, Equipped], context: StudyContext) -> dict[str, TrainingSpec]:
    """The contestants that were admitted, as they were written down; a tuned point has its library's base."""
    by_library = {_library(name): contestant for name, (_, contestant) in contestants.items()}
    racing = {}
    for name, terms in _admitted(context.run).items():
        base = contestants[name][1] if name in contestants else by_library.get(_library(name))
        if base is None:
            continue
        racing[name] = retrained(
            replace(base, candidate=name, settings=terms.settings),
            rounds=terms.rounds,
            cycle=terms.cycle,
            seconds_per_run=terms.seconds_per_run,
            units_per_query=terms.units_per_query,
            model=context.run.path.resolve() / "models" / terms.model,
        )
    return racing
