"""Which framework learns the user's own data to one quality with the least energy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.candidates.enumeration import candidate_line
from framewatt.candidates.incumbent import require_incumbent
from framewatt.errors import EnvironmentFailed, Inapplicable
from framewatt.records import Candidate, Status
from framewatt.runs.manifest import FunctionalUnit, TrainingBlock
from framewatt.runs.records import Admitted, RacingTerms, Settled
from framewatt.studies.beginning import begin, opened_meter, reopen
from framewatt.studies.context import StudyContext
from framewatt.studies.pipeline import GONE, conduct, metered_idle, write_decision
from framewatt.studies.progress import Silent
from framewatt.studies.runtime import launch_spec, runtime_of
from framewatt.studies.training.problems.opening import open_problem
from framewatt.trials.blocks import BlockRunner
from framewatt.trials.training import Training, TrainingSpec, model_name, retrained, trials_before_the_race

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.records import Workload
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.studies.training.admission.admission import Equipped
    from framewatt.studies.training.problems.problem import LearningProblem

_PREPARING = "preparing"


def select(request: SelectRequest, workload: Workload, progress: Progress | None = None) -> list[Decision]:
    """Train what `request.source` is to one quality with everybody who can.

    Returns the training decision, then that of the trained models if they race too; the run folder is the
    training study's, and the other study's lies in it.

    Raises:
        BadInput: the problem or an option cannot be used.
        StoreError: the run folder cannot be written.
    """
    progress = progress or Silent()
    problem = open_problem(workload, request, progress)
    specs = problem.specs()
    require_incumbent(request.race.incumbent, specs)
    serving = request.race.budget * problem.serving_share
    own = replace(request, race=replace(request.race, budget=request.race.budget - serving))
    block = TrainingBlock(problem.described(), serving)
    lines = [candidate_line(spec) for spec in specs]
    with opened_meter(request) as meter:
        one_model = FunctionalUnit("model", 1.0)
        run = begin(own, workload, meter, lines, unit=one_model, training=block)
        return conduct(TrainingStudy(StudyContext(own, run, progress), problem, meter, specs))


def resume(path: Path, progress: Progress | None = None) -> list[Decision]:
    """Go on with an interrupted training run; curves are drawn again unless all of them were finished.

    Raises:
        BadInput: not a run folder, or what is learnt or what meters has changed since.
    """
    progress = progress or Silent()
    run, workload = reopen(path)
    request = run.manifest.request
    problem = open_problem(workload, request, progress)
    with opened_meter(request, run) as meter:
        context = StudyContext(request, run, progress)
        return conduct(TrainingStudy(context, problem, meter, problem.specs()))


class TrainingStudy:
    """A problem's candidates: equipped, admitted by how long each must train, raced to the quality."""

    def __init__(
        self, context: StudyContext, problem: LearningProblem, meter: Meter, specs: Sequence[CandidateSpec]
    ) -> None:
        """Nothing is built yet."""
        self.context = context
        self._problem, self._meter, self._specs = problem, meter, specs

    def prepare(self) -> None:
        """Lay out the data, and build each candidate's environment."""
        self._equipped = _equip(self._specs, self._problem, self.context)

    def start(self) -> BlockRunner[Training]:
        """Blocks of trainings from scratch."""
        self._instrument = metered_idle(self._meter, self.context)
        return BlockRunner(self._instrument, self.context.keep, self.context.run.logs)

    def admit(self) -> Admitted:
        """Find out who races with what, and write it down so that a resumed run need not ask again."""
        trial_of = trials_before_the_race(self._instrument)
        admission = self._problem.admission(self.context, trial_of)
        try:
            admitted = admission.admit(self._equipped)
        finally:
            admission.close()
        for contestant in admitted:
            self.context.keep(_terms_of(contestant))
        return Admitted(tuple(spec.candidate for spec in admitted), admission.spent_seconds)

    def entrants(self) -> dict[str, TrainingSpec]:
        """Those who were admitted, as they were written down."""
        return _racing_of(self._equipped, self.context)

    def recruit(self, name: str) -> None:
        """Nobody joins late: asked for is only who was admitted and cannot be equipped any more."""
        if name not in _settled(self.context.run):
            self.context.settle(name, Status.FAILED, GONE)

    def conclude(self) -> list[Decision]:
        """The decision, and that of the trained models."""
        decision = write_decision(self.context.run)
        return [decision, *self._problem.serve(self.entrants(), self._meter, self.context)]


def _terms_of(contestant: TrainingSpec) -> RacingTerms:
    work = contestant.work
    return RacingTerms(
        candidate=contestant.candidate,
        rounds=work.rounds,
        cycle=work.cycle,
        seconds_per_run=work.seconds_per_run,
        units_per_query=work.units_per_query,
        settings=dict(contestant.settings),
        model=model_name(contestant),
    )


def _settled(run: RunFolder) -> set[str]:
    return {settled.candidate for settled in run.records(Settled)}


def _equip(
    specs: Sequence[CandidateSpec], problem: LearningProblem, context: StudyContext
) -> dict[str, Equipped]:
    """Build each candidate's environment; who cannot is recorded with the reason.

    A candidate that is settled is needed still where it, or a tuned point of its library, was admitted.
    """
    settled = _settled(context.run)
    needed = {_library(name) for name in _admitted(context.run)}
    arrays = problem.lay_out(context.run.path)
    equipped = {}
    for number, spec in enumerate(specs):
        context.progress.step(_PREPARING, number, len(specs))
        name = spec.candidate.id
        if name in settled and _library(name) not in needed:
            continue
        try:
            equipped[name] = spec, _contestant(spec, problem, arrays, context)
        except (Inapplicable, EnvironmentFailed) as reason:
            if name not in settled:
                status = Status.INAPPLICABLE if isinstance(reason, Inapplicable) else Status.FAILED
                context.settle(name, status, str(reason))
    context.progress.step(_PREPARING, len(specs), len(specs))
    return equipped


def _contestant(
    spec: CandidateSpec, problem: LearningProblem, arrays: Path, context: StudyContext
) -> TrainingSpec:
    if spec.inapplicable:
        raise Inapplicable(spec.inapplicable)
    terms = problem.terms(spec)
    runtime = runtime_of(spec, context)
    work = Training(arrays, terms.about, folds=terms.folds, most_rounds=terms.most_rounds)
    return launch_spec(spec, runtime, work, context)


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
