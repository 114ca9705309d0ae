"""Which scripts may race for a task: first losses agree, then each seed trains until its quality lasts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from framewatt.errors import TrialFailed
from framewatt.metering.accounting import reserved_joules
from framewatt.race.design import FIRST_WINDOWS
from framewatt.records import Candidate, Status
from framewatt.records.units import format_duration
from framewatt.runs.records import CurveCost, CurvePoint, FirstLosses, ParityCheck, TrainingOutcome, Tuning
from framewatt.studies.training.admission.admission import SHORTEST_WINDOW_SECONDS, Admission
from framewatt.studies.training.admission.learning_curve import TooSlow
from framewatt.studies.training.admission.loss_parity import (
    STEPS,
    disagreement,
    gap,
    no_number,
    reference_losses,
)
from framewatt.studies.training.admission.pruning import unaffordable
from framewatt.studies.training.admission.scoring import quality_of
from framewatt.studies.training.admission.time_to_quality import crossing, reached
from framewatt.trials import training
from framewatt.trials.training import model_name, retrained
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.records import Measurement
    from framewatt.runs.records import Confirmation
    from framewatt.studies.context import StudyContext
    from framewatt.studies.training.admission.admission import Equipped
    from framewatt.studies.training.data.task_folder import Task
    from framewatt.trials.training import TrainingSpec, TrainingTrial, TrialOf

_EXPLORING_SHARE = 0.5
_RACE_LAUNCHES = 2
"""So often at least a race launches everybody."""
_RACE_WINDOWS = _RACE_LAUNCHES * FIRST_WINDOWS
"""So many windows of all seeds it runs at least of everybody."""
_HOPELESS = 2.0
"""A candidate this many times slower than the fastest may be let go when the budget is short."""


@dataclass(slots=True)
class Trainee:
    """A candidate on its way into the race: its first losses, and each seed's quality by epoch.

    `first` is the window of the epoch that was trained for those losses; `windows` are the curves' epochs.
    """

    contestant: TrainingSpec
    losses: list[float]
    launch_seconds: float
    first: Measurement
    curves: list[dict[int, list[float]]] = field(default_factory=list)
    epochs: list[int | None] = field(default_factory=list)
    windows: list[Measurement] = field(default_factory=list)
    confirmation: Confirmation | None = None


class ScriptedAdmission(Admission):
    """See `framewatt.studies.training.admission.admission.Admission`; every seed counts for itself."""

    def __init__(self, context: StudyContext, trial_of: TrialOf, task: Task) -> None:
        """Nothing is launched yet."""
        super().__init__(context, trial_of, task.metric)
        self._task = task

    def admit(self, contestants: Mapping[str, Equipped]) -> list[TrainingSpec]:
        """Launch, compare first losses, explore a seed, let go who is far too slow, explore on, refit."""
        begun = [self._begin(contestant) for _, contestant in contestants.values()]
        alike = self._compare_first_losses([trainee for trainee in begun if trainee])
        affordable = self._prune([trainee for trainee in alike if self._explore(trainee, range(1), math.inf)])
        explored = self._explore_others(affordable)
        target = self._target(explored)
        confirmed = [
            trainee
            for trainee in explored
            if self._reaches(trainee, target) and self._confirm(trainee, target)
        ]
        racing = [trainee.contestant for trainee in confirmed]
        # Energy counts all seeds, models only those that reach the quality: a window holds every seed.
        return [retrained(contestant, cycle=len(self._task.seeds)) for contestant in racing]

    def _begin(self, contestant: TrainingSpec) -> Trainee | None:
        """The losses of the first epoch from the first seed."""
        self._context.progress.say(f"first steps of {Candidate.parse(contestant.candidate).framework}")
        clock = time.monotonic()

        def first_epoch(trial: TrainingTrial) -> Trainee:
            training.begin(trial, 0)
            measurement, losses = training.advance(trial, 0, 1)
            self._record(measurement)
            return Trainee(contestant, losses, time.monotonic() - clock, measurement)

        return self._with_trial(contestant, first_epoch)

    def _compare_first_losses(self, begun: list[Trainee]) -> list[Trainee]:
        """Drop who optimises something else; a task that declares ``free`` only loses who has no number."""
        reference = self._reference(
            {trainee.contestant.candidate: trainee.losses[:STEPS] for trainee in begun}
        )
        return [trainee for trainee in begun if self._optimises_the_same(trainee, reference)]

    def _reference(self, losses: Mapping[str, list[float]]) -> FirstLosses:
        """The first losses that everybody must have and whose they are, kept for when the run is resumed."""
        if earlier := next(self._context.run.records(FirstLosses), None):
            return earlier
        named = self._task.reference
        names = [name for name in losses if Candidate.parse(name).framework == named]
        reference = reference_losses(losses, names[0] if names else None)
        if reference is None:
            return FirstLosses((), "nobody")
        first = FirstLosses(tuple(reference[0]), reference[1])
        self._context.keep(first)
        return first

    def _optimises_the_same(self, trainee: Trainee, reference: FirstLosses) -> bool:
        name, losses = trainee.contestant.candidate, trainee.losses[:STEPS]
        reason, error = no_number(losses), None
        if reason is None and self._task.optimisation == "same":
            reason = disagreement(losses, reference.losses, reference.whose)
            error = gap(losses, reference.losses)
        known = tuple(loss if math.isfinite(loss) else None for loss in losses)
        self._context.keep(ParityCheck(name, error, f"first losses of {reference.whose}", known))
        if reason:
            self._context.settle(name, Status.INFEASIBLE, reason)
            self._dismiss(self._key(trainee.contestant))
        return reason is None

    def _explore_others(self, begun: list[Trainee]) -> list[Trainee]:
        """The other seeds' curves; what one leaves of its share of the budget is there for those after it."""
        ends = time.monotonic() + self._context.request.race.budget * _EXPLORING_SHARE
        seeds = range(1, len(self._task.seeds))
        explored = []
        for position, trainee in enumerate(begun):
            left = max(ends - time.monotonic(), 0.0)
            if self._explore(trainee, seeds, left / (len(begun) - position)):
                explored.append(trainee)
        return explored

    def _explore(self, trainee: Trainee, seeds: range, allowance: float) -> bool:
        """These seeds, epoch by epoch, until the quality has lasted or the epochs end."""
        framework = Candidate.parse(trainee.contestant.candidate).framework
        self._context.progress.say(f"learning curves of {framework}")

        def every_seed(trial: TrainingTrial) -> bool:
            clock = time.monotonic()
            for done, fold in enumerate(seeds):
                spent = time.monotonic() - clock
                if done and spent / done * len(seeds) > allowance:
                    reason = f"{done} of {len(seeds)} seeds took {format_duration(spent)}"
                    share = format_duration(allowance)
                    raise TooSlow(f"{reason}; all of them do not fit into its share of --budget ({share})")
                self._explore_seed(trainee, trial, fold)
            return True

        return bool(self._with_trial(trainee.contestant, every_seed))

    def _prune(self, explored: list[Trainee]) -> list[Trainee]:
        """Let the slowest go while the other seeds, refits and a short race of all do not fit the budget."""
        by_name = {trainee.contestant.candidate: trainee for trainee in explored}
        costs = {name: sum(w.usage.seconds for w in trainee.windows) for name, trainee in by_name.items()}
        seeds = len(self._task.seeds)
        needs = {
            name: (2 * seeds - 1) * cost
            + _RACE_WINDOWS * max(seeds * cost, SHORTEST_WINDOW_SECONDS)
            + _RACE_LAUNCHES * by_name[name].launch_seconds
            for name, cost in costs.items()
        }
        for name, reason in unaffordable(costs, needs, self._left(), _HOPELESS).items():
            self._dismiss(self._key(by_name[name].contestant))
            self._context.settle(name, Status.ELIMINATED, reason)
            self._remember(by_name.pop(name))
        return list(by_name.values())

    def _explore_seed(self, trainee: Trainee, trial: TrainingTrial, fold: int) -> None:
        training.begin(trial, fold)
        curve: dict[int, list[float]] = {}
        labels, scratch = self._task.arrays["y_validation"], self._context.run.path / "scratch"
        for epoch in range(1, self._task.epochs + 1):
            measurement, losses = training.advance(trial, fold, epoch)
            self._record(measurement)
            trainee.windows.append(measurement)
            if not all(math.isfinite(loss) for loss in losses):
                raise TrialFailed(f"seed {self._task.seeds[fold]}: a loss of epoch {epoch} is not a number")
            scores = training.scores(trial, "validation", [epoch], scratch)[0]
            curve[epoch] = [quality_of(self._metric, scores, labels)]
            wanted, most = self._task.quality, self._task.epochs
            if wanted is not None and crossing(curve, self._metric, wanted, most) is not None:
                break
        trainee.curves.append(curve)

    def _target(self, explored: list[Trainee]) -> float:
        """What was asked for, else what every seed of the incumbent, else of the median candidate, keeps."""
        worst = max if self._metric in quality.SMALLER_IS_BETTER else min
        kept = {
            trainee.contestant.candidate: worst(reached(curve, self._metric) for curve in trainee.curves)
            for trainee in explored
        }
        return self._settle_target(self._task.quality, kept)

    def _reaches(self, trainee: Trainee, target: float) -> bool:
        """Whether any seed keeps the target; energy counts all seeds, models only those that do."""
        most = self._task.epochs
        trainee.epochs = [crossing(curve, self._metric, target, most) for curve in trainee.curves]
        count = sum(epochs is not None for epochs in trainee.epochs)
        if not count:
            best = min if self._metric in quality.SMALLER_IS_BETTER else max
            came = best(reached(curve, self._metric) for curve in trainee.curves)
            reason = self._fell_short(came, f"{most} epochs", target)
            self._context.settle(trainee.contestant.candidate, Status.INFEASIBLE, reason)
            self._remember(trainee)
            return False
        rounds = tuple(epochs or self._task.epochs for epochs in trainee.epochs)
        units = count / len(self._task.seeds)
        trainee.contestant = retrained(trainee.contestant, rounds=rounds, units_per_query=units)
        return True

    def _confirm(self, trainee: Trainee, target: float) -> bool:
        """Refit every seed cleanly and judge it once on the test part."""
        confirmed = self._confirmed(trainee.contestant, self._task.arrays["y_test"])
        if confirmed is not None:
            trainee.contestant, trainee.confirmation = confirmed
        self._remember(trainee)
        if trainee.confirmation is None:
            return False
        return self._passes_the_test(trainee.contestant.candidate, trainee.confirmation.test, target)

    def _remember(self, trainee: Trainee) -> None:
        """Keep what the report says of a candidate's training."""
        last = min(max(curve) for curve in trainee.curves)
        means = (fmean(curve[epoch][0] for curve in trainee.curves) for epoch in range(1, last + 1))
        outcome = TrainingOutcome(
            candidate=trainee.contestant.candidate,
            capacity="comparable",
            rounds=fmean(trainee.contestant.work.rounds) if trainee.confirmation else None,
            curve=tuple(CurvePoint(epoch, mean) for epoch, mean in enumerate(means, start=1)),
            costs=tuple(self._costs(trainee, last)),
            tuning=Tuning((), sum(map(reserved_joules, [trainee.first, *trainee.windows]))),
            confirmation=trainee.confirmation,
            model=model_name(trainee.contestant),
            reached=sum(epochs is not None for epochs in trainee.epochs) if trainee.epochs else None,
            seeds=len(trainee.epochs) or None,
        )
        self._context.keep(outcome)

    def _costs(self, trainee: Trainee, last: int) -> list[CurveCost]:
        """What one run took up to each epoch: its windows' sums, mean over seeds."""
        costs, cpu, joules = [], 0.0, 0.0
        for epoch in range(1, last + 1):
            windows = [window for window in trainee.windows if window.window == epoch]
            cpu += fmean(window.usage.cpu_seconds for window in windows)
            joules += fmean(map(reserved_joules, windows))
            costs.append(CurveCost(epoch, cpu, joules))
        return costs
