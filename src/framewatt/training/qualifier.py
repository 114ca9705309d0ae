"""Who may race, and with how many rounds: curves, target, tuning, refits judged on the test part."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from framewatt.errors import Inapplicable, TrialFailed
from framewatt.launch import available_memory_bytes
from framewatt.quality import SMALLER_IS_BETTER, is_worse
from framewatt.records import Candidate, Status
from framewatt.training.confirmation import Confirmation, confirm
from framewatt.training.crossing import crossing, mean_curve, reached
from framewatt.training.exploration import Exploration, Explorer, TooSlow
from framewatt.units import format_duration, significant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.candidates import Entry
    from framewatt.preparation import Context
    from framewatt.records import Measurement
    from framewatt.training.folds import Folds
    from framewatt.training.table import Table
    from framewatt.training.trial import TrainingContestant, TrainingTrial, TrialOf

_EXPLORING_SHARE, _TUNING_SHARE = 0.35, 0.15
_WORTH_TUNING = 0.95
"""A tuned point must need less than this share of the comparable one's CPU seconds to be taken further."""
_RACE_CYCLES = 6
"""So many windows of all folds a race needs at least; where they do not fit, a window trains one fold."""
_MEMORY_SHARE = 0.4
_HOPELESS = 3.0
"""A candidate this many times slower than the fastest may be let go when the budget is short."""

_STATUS_OF = {
    Inapplicable: Status.INAPPLICABLE,
    TooSlow: Status.ELIMINATED,
    TrialFailed: Status.FAILED,
}
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Finalist:
    """A candidate that reaches the target: what it needs for it, and whether its settings were tuned."""

    entry: Entry
    contestant: TrainingContestant
    exploration: Exploration
    confirmation: Confirmation | None = None
    tuning: list[dict[str, object]] = field(default_factory=list)
    tuning_joules: float = 0.0
    tuned: bool = False


class Qualifier:
    """Carries one study from its contestants to those that may race."""

    def __init__(
        self,
        context: Context,
        trial_of: TrialOf,
        table: Table,
        folds: Folds,
        joules: Callable[[Measurement], float],
    ) -> None:
        """`trial_of` makes a trial; `joules` is a window's energy in the study's accounting."""
        self._context, self._trial_of, self._table, self._folds = context, trial_of, table, folds
        self._joules = joules
        self._spent_joules = 0.0
        self._alive: dict[tuple[str, ...], TrainingTrial] = {}
        self._explorer = Explorer(table, folds, self._record, joules, context.run.path / "scratch")
        self._began = time.monotonic()

    def qualify(self, contestants: Mapping[str, tuple[Entry, TrainingContestant]]) -> list[Finalist]:
        """Explore, settle the target, tune, refit; everyone else is settled with the reason."""
        explored = self._explore(contestants)
        target = self._target(explored)
        finalists = [f for f in explored if self._reaches(f, target)]
        for finalist in list(finalists):
            tuned = self._tune(finalist, target, len(finalists))
            finalists += [tuned] if tuned else []
        self._prune(finalists)
        confirmed = [f for f in finalists if self._confirm(f, target)]
        cycle = self._cycle(confirmed)
        for finalist in confirmed:
            finalist.contestant = replace(finalist.contestant, cycle=cycle)
        return confirmed

    @property
    def spent_seconds(self) -> float:
        """Wall seconds since the first launch."""
        return time.monotonic() - self._began

    def close(self) -> None:
        """End all workers."""
        for key in list(self._alive):
            self._dismiss(key)

    def _left(self) -> float:
        return max(self._context.request.budget - self.spent_seconds, 1.0)

    def _record(self, measurement: Measurement) -> None:
        self._spent_joules += self._joules(measurement)
        self._context.run.append_measurement(measurement)

    def _with_trial(
        self, contestant: TrainingContestant, work: Callable[[TrainingTrial], _Result], *, settle: bool = True
    ) -> _Result | None:
        """What `work` finds with a living trial; None where that fails, which settles the contestant."""
        key = contestant.command
        try:
            trial = self._alive.get(key) or self._launch(contestant)
            trial.contestant = contestant
            trial.resume()
            found = work(trial)
            trial.suspend()
        except (Inapplicable, TooSlow, TrialFailed) as reason:
            self._dismiss(key)
            if settle:
                self._context.settle(contestant.candidate, _STATUS_OF[type(reason)], str(reason))
            return None
        self._make_room()
        return found

    def _launch(self, contestant: TrainingContestant) -> TrainingTrial:
        log = self._context.run.path / "logs" / f"explore-{time.time_ns()}.log"
        trial = self._alive[contestant.command] = self._trial_of(contestant, log)
        trial.launch(0, self._record)
        return trial

    def _make_room(self) -> None:
        """Workers live on for the next step as long as all of them fit well into memory."""
        held = sum(trial.worker.peak_memory_bytes() or 0 for trial in self._alive.values())
        if held > _MEMORY_SHARE * (available_memory_bytes() + held):
            self.close()

    def _dismiss(self, key: tuple[str, ...]) -> None:
        trial = self._alive.pop(key, None)
        if trial is not None:
            trial.close()

    def _explore(self, contestants: Mapping[str, tuple[Entry, TrainingContestant]]) -> list[Finalist]:
        found = []
        folds = range(len(self._folds.validation))
        left = self._context.request.budget * _EXPLORING_SHARE
        for position, (entry, contestant) in enumerate(contestants.values()):
            allowance = left / (len(contestants) - position)
            self._context.progress.say(f"learning curve of {contestant.candidate}")
            quality = self._context.request.quality
            explore = partial(self._explorer.explore, folds=folds, target=quality, allowance=allowance)
            curve = self._with_trial(contestant, explore)
            left -= sum(seconds for _, seconds, _, _ in curve.cost) if curve else allowance
            if curve is not None:
                found.append(Finalist(entry, contestant, curve))
        return found

    def _target(self, explored: list[Finalist]) -> float:
        """What the user asked for, else what the incumbent reaches, else the median candidate."""
        request, metric = self._context.request, self._table.metric
        values = {f.contestant.candidate: reached(f.exploration.curve, metric) for f in explored}
        source = "--quality"
        target = request.quality
        if target is None and values:
            names = {f.entry.candidate.framework: f.contestant.candidate for f in explored}
            incumbent = names.get(request.incumbent or "", request.incumbent)
            target = values.get(incumbent or "", median(values.values()))
            source = (
                f"what the incumbent {incumbent} reaches" if incumbent in values else "the median candidate"
            )
        record = {"metric": self._table.metric, "value": target, "source": source, "reached": values}
        self._context.run.append("target", record)
        return target if target is not None else 0.0

    def _reaches(self, finalist: Finalist, target: float) -> bool:
        """Whether its curve keeps the target; else it is settled with how far it came."""
        curve, metric = finalist.exploration, self._table.metric
        rounds = crossing(curve.curve, metric, target, curve.most)
        if rounds is not None:
            finalist.contestant = replace(finalist.contestant, rounds=(rounds,) * finalist.contestant.folds)
            return True
        best = significant(reached(curve.curve, metric), 4)
        told = f"came to {metric} {best} within {curve.trained} rounds, short of {significant(target, 4)}"
        if curve.complete:
            self._context.settle(finalist.contestant.candidate, Status.INFEASIBLE, told)
        else:
            told += "; its share of --budget allowed no more"
            self._context.settle(finalist.contestant.candidate, Status.ELIMINATED, told)
        self._remember(finalist)
        return False

    def _tune(self, finalist: Finalist, target: float, among: int) -> Finalist | None:
        """The library's best point if it beats the comparable one on the first fold and then on all."""
        points = getattr(finalist.entry.plugin.module, "POINTS", ())
        before = self._spent_joules
        allowance = self._context.request.budget * _TUNING_SHARE / among / (len(points) + 1)

        def search(trial: TrainingTrial) -> Finalist | None:
            best, chosen = _WORTH_TUNING * self._first_fold_cost(finalist.exploration, target), None
            for point in points:
                settings = {**finalist.entry.settings, **point}
                trial.contestant = replace(finalist.contestant, settings=settings)
                try:
                    found = self._explorer.explore(trial, [0], target, allowance)
                except TooSlow:
                    continue
                rounds = crossing(found.curve, self._table.metric, target, found.most)
                cost = found.cpu_seconds(rounds) if rounds else None
                finalist.tuning.append({"settings": point, "rounds": rounds, "cpu_seconds": cost})
                if cost is not None and cost < best:
                    best, chosen = cost, settings
            return self._variant(finalist, chosen, trial, target, allowance) if chosen else None

        variant = self._with_trial(finalist.contestant, search, settle=False) if points else None
        finalist.tuning_joules = self._spent_joules - before
        if variant is not None:
            variant.tuning, variant.tuning_joules = finalist.tuning, finalist.tuning_joules
        return variant

    def _variant(
        self,
        finalist: Finalist,
        settings: Mapping[str, str],
        trial: TrainingTrial,
        target: float,
        allowance: float,
    ) -> Finalist | None:
        """The chosen point explored on all folds, as a candidate of its own."""
        origin = finalist.entry.candidate
        candidate = Candidate(
            origin.framework, origin.version, settings=tuple(settings.items()), repeat=origin.repeat
        )
        contestant = replace(finalist.contestant, candidate=candidate.id, settings=settings)
        trial.contestant = contestant
        try:
            found = self._explorer.explore(trial, range(len(self._folds.validation)), target, 5 * allowance)
        except TooSlow:
            return None
        rounds = crossing(found.curve, self._table.metric, target, found.most)
        if rounds is None:
            return None
        entry = replace(finalist.entry, candidate=candidate, settings=settings)
        return Finalist(entry, replace(contestant, rounds=(rounds,) * contestant.folds), found, tuned=True)

    def _first_fold_cost(self, exploration: Exploration, target: float) -> float:
        first = {rounds: values[:1] for rounds, values in exploration.curve.items()}
        rounds = crossing(first, self._table.metric, target, exploration.most)
        return exploration.cpu_seconds(rounds) if rounds else float("inf")

    def _prune(self, finalists: list[Finalist]) -> None:
        """Let the slowest go while refits and a short race of all do not fit into the budget."""

        def seconds(finalist: Finalist) -> float:
            length, whole, _, _ = finalist.exploration.cost[-1]
            return whole / len(self._folds.validation) * finalist.contestant.rounds[0] / length

        repeats = len(self._folds.validation) + _RACE_CYCLES
        while len(finalists) > 1:
            fastest, slowest = min(finalists, key=seconds), max(finalists, key=seconds)
            fits = repeats * sum(map(seconds, finalists)) <= self._left()
            if fits or seconds(slowest) < _HOPELESS * seconds(fastest):
                return
            told = (
                f"about {format_duration(seconds(slowest))} to the quality, where "
                f"{fastest.entry.plugin.module.TITLE} needs {format_duration(seconds(fastest))}; "
                "measuring it as often does not fit into --budget"
            )
            self._context.settle(slowest.contestant.candidate, Status.ELIMINATED, told)
            self._remember(slowest)
            finalists.remove(slowest)

    def _confirm(self, finalist: Finalist, target: float) -> bool:
        """Refit cleanly and judge on the test part, once."""
        name, metric = finalist.contestant.candidate, self._table.metric
        models = self._context.run.path / "models"
        models.mkdir(exist_ok=True)
        path = models / f"{len(list(models.glob('*.model'))):02d}.model"
        self._context.progress.say(f"refitting {name} with {finalist.contestant.rounds[0]} rounds")
        labels = self._table.target[self._folds.test]
        scratch = self._context.run.path / "scratch"
        parts = metric, labels, self._record, self._joules, scratch, path
        found = self._with_trial(finalist.contestant, lambda trial: confirm(trial, *parts))
        if found is None:
            return False
        seconds = max(found.seconds, 1e-4)
        finalist.contestant = replace(finalist.contestant, seconds_per_run=seconds, model=path)
        finalist.confirmation = found
        self._remember(finalist)
        test = found.test
        record = {
            "candidate": name,
            "metric": metric,
            "value": test.value,
            "low": test.low,
            "high": test.high,
        }
        self._context.run.append("quality", record)
        if is_worse(metric, test.low if metric in SMALLER_IS_BETTER else test.high, target):
            told = f"{metric} {significant(test.value, 4)} on the test part is beyond doubt short of "
            self._context.settle(name, Status.INFEASIBLE, f"{told}{significant(target, 4)}")
            return False
        return True

    def _remember(self, finalist: Finalist) -> None:
        """Keep what the report says of a candidate's training."""
        curve = finalist.exploration
        confirmation = asdict(finalist.confirmation) if finalist.confirmation else None
        self._context.run.append(
            "training",
            {
                "candidate": finalist.contestant.candidate,
                "capacity": "tuned" if finalist.tuned else "comparable",
                "rounds": finalist.contestant.rounds[0] if confirmation else None,
                "curve": [[rounds, value] for rounds, value in mean_curve(curve.curve).items()],
                "costs": [[rounds, cpu, joules] for rounds, _, cpu, joules in curve.cost],
                "tuning": {"points": finalist.tuning, "joules": finalist.tuning_joules},
                "confirmation": confirmation,
                "model": str(finalist.contestant.model.name),
            },
        )

    def _cycle(self, confirmed: list[Finalist]) -> int:
        """Folds per window: all of them where a race of such windows fits, else one."""
        folds = len(self._folds.validation)
        window = sum(max(folds * f.contestant.seconds_per_run, 0.5) for f in confirmed)
        return folds if window * _RACE_CYCLES <= self._left() else 1
