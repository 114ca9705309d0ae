"""Which scripts may race for a task: first losses agree, then each seed trains until its quality lasts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from framewatt.errors import TrialFailed
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
    from collections.abc import Callable, Mapping

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

    def __init__(
        self, context: StudyContext, trial_of: TrialOf, joules: Callable[[Measurement], float], task: Task
    ) -> None:
        """Nothing is launched yet."""
        super().__init__(context, trial_of, joules, task.metric)
        self._task = task

    def admit(self, contestants: Mapping[str, Equipped]) -> list[TrainingSpec]:
        """Launch, compare first losses, explore a seed, let go who is far too slow, explore on, refit."""
        begun = [self._begin(contestant) for _, contestant in contestants.values()]
        alike = self._compare_first_losses([one for one in begun if one])
        affordable = self._prune([one for one in alike if self._explore(one, range(1), math.inf)])
        explored = self._explore_others(affordable)
        target = self._target(explored)
        confirmed = [one for one in explored if self._reaches(one, target) and self._confirm(one, target)]
        racing = [one.contestant for one in confirmed]
        # Energy counts all seeds, models only those that reach the quality: a window holds every seed.
        return [retrained(contestant, cycle=len(self._task.seeds)) for contestant in racing]

    def _begin(self, contestant: TrainingSpec) -> Trainee | None:
        """The losses of the first epoch from the first seed."""
        self._context.progress.say(f"first steps of {contestant.candidate}")
        clock = time.monotonic()

        def first_epoch(trial: TrainingTrial) -> Trainee:
            training.begin(trial, 0)
            measurement, losses = training.advance(trial, 0, 1)
            self._record(measurement)
            return Trainee(contestant, losses, time.monotonic() - clock, measurement)

        return self._with_trial(contestant, first_epoch)

    def _compare_first_losses(self, begun: list[Trainee]) -> list[Trainee]:
        """Drop who optimises something else; a task that declares ``free`` only loses who has no number."""
        reference = self._reference({one.contestant.candidate: one.losses[:STEPS] for one in begun})
        return [one for one in begun if self._optimises_the_same(one, reference)]

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

    def _optimises_the_same(self, one: Trainee, reference: FirstLosses) -> bool:
        name, losses = one.contestant.candidate, one.losses[:STEPS]
        reason, error = no_number(losses), None
        if reason is None and self._task.optimisation == "same":
            reason = disagreement(losses, reference.losses, reference.whose)
            error = gap(losses, reference.losses)
        known = tuple(loss if math.isfinite(loss) else None for loss in losses)
        self._context.keep(ParityCheck(name, error, f"first losses of {reference.whose}", known))
        if reason:
            self._context.settle(name, Status.INFEASIBLE, reason)
            self._dismiss(self._key(one.contestant))
        return reason is None

    def _explore_others(self, begun: list[Trainee]) -> list[Trainee]:
        """The other seeds' curves; what one leaves of its share of the budget is there for those after it."""
        ends = time.monotonic() + self._context.request.race.budget * _EXPLORING_SHARE
        seeds = range(1, len(self._task.seeds))
        found = []
        for position, one in enumerate(begun):
            left = max(ends - time.monotonic(), 0.0)
            if self._explore(one, seeds, left / (len(begun) - position)):
                found.append(one)
        return found

    def _explore(self, one: Trainee, seeds: range, allowance: float) -> bool:
        """These seeds, epoch by epoch, until the quality has lasted or the epochs end."""
        self._context.progress.say(f"learning curves of {one.contestant.candidate}")

        def every_seed(trial: TrainingTrial) -> bool:
            clock = time.monotonic()
            for done, fold in enumerate(seeds):
                spent = time.monotonic() - clock
                if done and spent / done * len(seeds) > allowance:
                    told = f"{done} of {len(seeds)} seeds took {format_duration(spent)}"
                    share = format_duration(allowance)
                    raise TooSlow(f"{told}; all of them do not fit into its share of --budget ({share})")
                self._explore_seed(one, trial, fold)
            return True

        return bool(self._with_trial(one.contestant, every_seed))

    def _prune(self, explored: list[Trainee]) -> list[Trainee]:
        """Let the slowest go while the other seeds, refits and a short race of all do not fit the budget."""
        by_name = {one.contestant.candidate: one for one in explored}
        costs = {name: sum(w.usage.seconds for w in one.windows) for name, one in by_name.items()}
        seeds = len(self._task.seeds)
        needs = {
            name: (2 * seeds - 1) * cost
            + _RACE_WINDOWS * max(seeds * cost, SHORTEST_WINDOW_SECONDS)
            + _RACE_LAUNCHES * by_name[name].launch_seconds
            for name, cost in costs.items()
        }
        for name, told in unaffordable(costs, needs, self._left(), _HOPELESS).items():
            self._dismiss(self._key(by_name[name].contestant))
            self._context.settle(name, Status.ELIMINATED, told)
            self._remember(by_name.pop(name))
        return list(by_name.values())

    def _explore_seed(self, one: Trainee, trial: TrainingTrial, fold: int) -> None:
        training.begin(trial, fold)
        curve: dict[int, list[float]] = {}
        labels, scratch = self._task.arrays["y_validation"], self._context.run.path / "scratch"
        for epoch in range(1, self._task.epochs + 1):
            measurement, losses = training.advance(trial, fold, epoch)
            self._record(measurement)
            one.windows.append(measurement)
            if not all(math.isfinite(loss) for loss in losses):
                raise TrialFailed(f"seed {self._task.seeds[fold]}: a loss of epoch {epoch} is not a number")
            scores = training.scores(trial, "validation", [epoch], scratch)[0]
            curve[epoch] = [quality_of(self._metric, scores, labels)]
            wanted, most = self._task.quality, self._task.epochs
            if wanted is not None and crossing(curve, self._metric, wanted, most) is not None:
                break
        one.curves.append(curve)

    def _target(self, explored: list[Trainee]) -> float:
        """What was asked for, else what every seed of the incumbent, else of the median candidate, keeps."""
        worst = max if self._metric in quality.SMALLER_IS_BETTER else min
        kept = {
            one.contestant.candidate: worst(reached(curve, self._metric) for curve in one.curves)
            for one in explored
        }
        return self._settle_target(self._task.quality, kept)

    def _reaches(self, one: Trainee, target: float) -> bool:
        """Whether any seed keeps the target; energy counts all seeds, models only those that do."""
        most = self._task.epochs
        one.epochs = [crossing(curve, self._metric, target, most) for curve in one.curves]
        count = sum(epochs is not None for epochs in one.epochs)
        if not count:
            best = min if self._metric in quality.SMALLER_IS_BETTER else max
            came = best(reached(curve, self._metric) for curve in one.curves)
            told = self._fell_short(came, f"{most} epochs", target)
            self._context.settle(one.contestant.candidate, Status.INFEASIBLE, told)
            self._remember(one)
            return False
        rounds = tuple(epochs or self._task.epochs for epochs in one.epochs)
        units = count / len(self._task.seeds)
        one.contestant = retrained(one.contestant, rounds=rounds, units_per_query=units)
        return True

    def _confirm(self, one: Trainee, target: float) -> bool:
        """Refit every seed cleanly and judge it once on the test part."""
        confirmed = self._confirmed(one.contestant, self._task.arrays["y_test"])
        if confirmed is not None:
            one.contestant, one.confirmation = confirmed
        self._remember(one)
        if one.confirmation is None:
            return False
        return self._passes_the_test(one.contestant.candidate, one.confirmation.test, target)

    def _remember(self, one: Trainee) -> None:
        """Keep what the report says of a candidate's training."""
        last = min(max(curve) for curve in one.curves)
        means = (fmean(curve[epoch][0] for curve in one.curves) for epoch in range(1, last + 1))
        outcome = TrainingOutcome(
            candidate=one.contestant.candidate,
            capacity="comparable",
            rounds=fmean(one.contestant.work.rounds) if one.confirmation else None,
            curve=tuple(CurvePoint(epoch, mean) for epoch, mean in enumerate(means, start=1)),
            costs=tuple(self._costs(one, last)),
            tuning=Tuning((), sum(map(self._joules, [one.first, *one.windows]))),
            confirmation=one.confirmation,
            model=model_name(one.contestant),
            reached=sum(epochs is not None for epochs in one.epochs) if one.epochs else None,
            seeds=len(one.epochs) or None,
        )
        self._context.keep(outcome)

    def _costs(self, one: Trainee, last: int) -> list[CurveCost]:
        """What one run took up to each epoch: its windows' sums, mean over seeds."""
        costs, cpu, joules = [], 0.0, 0.0
        for epoch in range(1, last + 1):
            windows = [window for window in one.windows if window.window == epoch]
            cpu += fmean(window.usage.cpu_seconds for window in windows)
            joules += fmean(map(self._joules, windows))
            costs.append(CurveCost(epoch, cpu, joules))
        return costs
