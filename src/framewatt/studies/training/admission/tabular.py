"""Which libraries may race for a table: curves over folds, target, tuning, refits judged on the test part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from framewatt.candidates.enumeration import candidate_line
from framewatt.records import Candidate, Status
from framewatt.runs.records import (
    BuiltEnvironment,
    CurveCost,
    CurvePoint,
    TrainingOutcome,
    Tuning,
    TuningPoint,
)
from framewatt.studies.training.admission.admission import RACE_CYCLES, SHORTEST_WINDOW_SECONDS, Admission
from framewatt.studies.training.admission.learning_curve import Exploration, Explorer, TooSlow
from framewatt.studies.training.admission.pruning import unaffordable
from framewatt.studies.training.admission.time_to_quality import crossing, mean_curve, reached
from framewatt.trials.training import model_name, retrained

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.runs.records import Confirmation
    from framewatt.studies.context import StudyContext
    from framewatt.studies.training.admission.admission import Equipped
    from framewatt.studies.training.data.folds import Folds
    from framewatt.studies.training.data.table import TrainingTable
    from framewatt.trials.training import TrainingSpec, TrainingTrial, TrialOf

_EXPLORING = "learning curves"
_EXPLORING_SHARE, _TUNING_SHARE = 0.35, 0.15
_WORTH_TUNING = 0.95
"""A tuned point must need less than this share of the comparable one's CPU seconds to be taken further."""
_HOPELESS = 3.0
"""A candidate this many times slower than the fastest may be let go when the budget is short."""


@dataclass(slots=True)
class Trainee:
    """A candidate that reaches the target: what it needs for it, and whether its settings were tuned."""

    spec: CandidateSpec
    contestant: TrainingSpec
    exploration: Exploration
    confirmation: Confirmation | None = None
    tuning: list[TuningPoint] = field(default_factory=list)
    tuning_joules: float = 0.0
    tuned: bool = False


class TabularAdmission(Admission):
    """A `Admission` of tables; a library's own points become candidates of their own."""

    def __init__(
        self,
        context: StudyContext,
        trial_of: TrialOf,
        table: TrainingTable,
        folds: Folds,
    ) -> None:
        """Nothing is launched yet."""
        super().__init__(context, trial_of, table.metric)
        self._table, self._folds = table, folds
        self._explorer = Explorer(table, folds, self._record, context.run.path / "scratch")

    def admit(self, contestants: Mapping[str, Equipped]) -> list[TrainingSpec]:
        """Explore, settle the target, tune, refit."""
        explored = self._explore(contestants)
        target = self._target(explored)
        trainees = [f for f in explored if self._reaches(f, target)]
        for trainee in list(trainees):
            tuned = self._tune(trainee, target, len(trainees))
            trainees += [tuned] if tuned else []
        self._prune(trainees)
        confirmed = [f for f in trainees if self._confirm(f, target)]
        self._enrol([f.spec for f in confirmed if f.tuned])
        racing = [f.contestant for f in confirmed]
        cycle = self._cycle(racing)
        return [retrained(contestant, cycle=cycle) for contestant in racing]

    @staticmethod
    def _key(contestant: TrainingSpec) -> Hashable:
        """A library's points differ in settings alone: one worker tries them all."""
        return contestant.command

    def _enrol(self, tuned: list[CandidateSpec]) -> None:
        """Candidates that tuning found, in the manifest and with their library's environment."""
        self._context.enrol(map(candidate_line, tuned))
        recorded = self._context.run.records(BuiltEnvironment)
        environments = list({built.candidate: built for built in recorded}.values())
        for spec in tuned:
            library = spec.candidate.release
            origin = next(b for b in environments if Candidate.parse(b.candidate).release == library)
            self._context.keep(replace(origin, candidate=spec.candidate.id))

    def _explore(self, contestants: Mapping[str, Equipped]) -> list[Trainee]:
        trainees = []
        folds = range(len(self._folds.validation))
        left = self._context.request.race.budget * _EXPLORING_SHARE
        for position, (spec, contestant) in enumerate(contestants.values()):
            allowance = left / (len(contestants) - position)
            self._context.progress.step(_EXPLORING, position, len(contestants))
            quality = self._context.request.work.quality
            explore = partial(self._explorer.explore, folds=folds, target=quality, allowance=allowance)
            curve = self._with_trial(contestant, explore)
            left -= sum(seconds for _, seconds, _, _ in curve.cost) if curve else allowance
            if curve is not None:
                trainees.append(Trainee(spec, contestant, curve))
        self._context.progress.step(_EXPLORING, len(contestants), len(contestants))
        return trainees

    def _target(self, explored: list[Trainee]) -> float:
        """What was asked for, else what the mean over the folds of the incumbent or the median reaches."""
        values = {f.contestant.candidate: reached(f.exploration.curve, self._metric) for f in explored}
        return self._settle_target(self._context.request.work.quality, values)

    def _reaches(self, trainee: Trainee, target: float) -> bool:
        """Whether its curve keeps the target; else it is settled with how far it came."""
        curve, metric = trainee.exploration, self._metric
        rounds = crossing(curve.curve, metric, target, curve.most)
        if rounds is not None:
            every_fold = (rounds,) * trainee.contestant.work.folds
            trainee.contestant = retrained(trainee.contestant, rounds=every_fold)
            return True
        reason = self._fell_short(reached(curve.curve, metric), f"{curve.trained} rounds", target)
        if curve.complete:
            self._context.settle(trainee.contestant.candidate, Status.INFEASIBLE, reason)
        else:
            reason += "; its share of --budget allowed no more"
            self._context.settle(trainee.contestant.candidate, Status.ELIMINATED, reason)
        self._remember(trainee)
        return False

    def _tune(self, trainee: Trainee, target: float, among: int) -> Trainee | None:
        """The library's best point if it beats the comparable one on the first fold and then on all."""
        points = getattr(trainee.spec.plugin.module, "POINTS", ())
        before = self._spent_joules
        trainings = len(points) + len(self._folds.validation)
        allowance = self._context.request.race.budget * _TUNING_SHARE / among / trainings

        def search(trial: TrainingTrial) -> Trainee | None:
            best, chosen = _WORTH_TUNING * self._first_fold_cost(trainee.exploration, target), None
            for point in points:
                settings = {**trainee.spec.settings, **point}
                trial.spec = replace(trainee.contestant, settings=settings)
                try:
                    exploration = self._explorer.explore(trial, [0], target, allowance)
                except TooSlow:
                    continue
                rounds = crossing(exploration.curve, self._metric, target, exploration.most)
                cost = exploration.cpu_seconds(rounds) if rounds else None
                trainee.tuning.append(TuningPoint(point, rounds, cost))
                if cost is not None and cost < best:
                    best, chosen = cost, settings
            return self._variant(trainee, chosen, trial, target, allowance) if chosen else None

        variant = self._with_trial(trainee.contestant, search, settle=False) if points else None
        trainee.tuning_joules = self._spent_joules - before
        if variant is not None:
            variant.tuning, variant.tuning_joules = trainee.tuning, trainee.tuning_joules
        return variant

    def _variant(
        self,
        trainee: Trainee,
        settings: Mapping[str, str],
        trial: TrainingTrial,
        target: float,
        allowance: float,
    ) -> Trainee | None:
        """The chosen point as a candidate of its own, if it is worth it on all folds too.

        `allowance` is of seconds a fold.
        """
        origin = trainee.spec.candidate
        candidate = Candidate(
            origin.framework, origin.version, settings=tuple(settings.items()), repeat=origin.repeat
        )
        contestant = replace(trainee.contestant, candidate=candidate.id, settings=settings)
        trial.spec = contestant
        folds = range(len(self._folds.validation))
        try:
            exploration = self._explorer.explore(trial, folds, target, len(folds) * allowance)
        except TooSlow:
            return None
        rounds = crossing(exploration.curve, self._metric, target, exploration.most)
        comparable = trainee.exploration.cpu_seconds(trainee.contestant.work.rounds[0])
        if rounds is None or exploration.cpu_seconds(rounds) >= _WORTH_TUNING * comparable:
            return None
        spec = replace(trainee.spec, candidate=candidate, settings=settings)
        every_fold = (rounds,) * contestant.work.folds
        return Trainee(spec, retrained(contestant, rounds=every_fold), exploration, tuned=True)

    def _first_fold_cost(self, exploration: Exploration, target: float) -> float:
        first = {rounds: values[:1] for rounds, values in exploration.curve.items()}
        rounds = crossing(first, self._metric, target, exploration.most)
        return exploration.cpu_seconds(rounds) if rounds else float("inf")

    def _prune(self, trainees: list[Trainee]) -> None:
        """Let the slowest go while refits and a short race of all do not fit into the budget."""

        def seconds(trainee: Trainee) -> float:
            length, whole, _, _ = trainee.exploration.cost[-1]
            return whole / len(self._folds.validation) * trainee.contestant.work.rounds[0] / length

        by_name = {trainee.contestant.candidate: trainee for trainee in trainees}
        repeats = len(self._folds.validation) + RACE_CYCLES
        costs = {name: seconds(trainee) for name, trainee in by_name.items()}
        needs = {name: repeats * cost for name, cost in costs.items()}
        for name, reason in unaffordable(costs, needs, self._left(), _HOPELESS).items():
            self._context.settle(name, Status.ELIMINATED, reason)
            self._remember(by_name[name])
            trainees.remove(by_name[name])

    def _confirm(self, trainee: Trainee, target: float) -> bool:
        """Refit cleanly and judge on the test part, once."""
        confirmed = self._confirmed(trainee.contestant, self._table.target[self._folds.test])
        if confirmed is None:
            return False
        trainee.contestant, trainee.confirmation = confirmed
        self._remember(trainee)
        return self._passes_the_test(trainee.contestant.candidate, trainee.confirmation.test, target)

    def _cycle(self, racing: Sequence[TrainingSpec]) -> int:
        """Folds per window: all of them where a race of such windows fits, else one.

        Either way a window's energy is that of as many models as it trained: all folds count.
        """
        folds = len(self._folds.validation)
        window = sum(
            max(folds * contestant.work.seconds_per_run, SHORTEST_WINDOW_SECONDS) for contestant in racing
        )
        return folds if window * RACE_CYCLES <= self._left() else 1

    def _remember(self, trainee: Trainee) -> None:
        """Keep what the report says of a candidate's training."""
        curve = trainee.exploration
        outcome = TrainingOutcome(
            candidate=trainee.contestant.candidate,
            capacity="tuned" if trainee.tuned else "comparable",
            rounds=trainee.contestant.work.rounds[0] if trainee.confirmation else None,
            curve=tuple(CurvePoint(*point) for point in mean_curve(curve.curve).items()),
            costs=tuple(CurveCost(rounds, cpu, joules) for rounds, _, cpu, joules in curve.cost),
            tuning=Tuning(tuple(trainee.tuning), trainee.tuning_joules),
            confirmation=trainee.confirmation,
            model=model_name(trainee.contestant),
        )
        self._context.keep(outcome)
