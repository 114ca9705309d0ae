"""Who may race in a task: first losses agree, then each seed is trained until its quality lasts."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import TYPE_CHECKING

from framewatt import quality
from framewatt.errors import Inapplicable, TrialFailed
from framewatt.records import Status
from framewatt.training.confirmation import Confirmation, confirm
from framewatt.training.crossing import crossing, reached
from framewatt.training.exploration import TooSlow
from framewatt.training.first_losses import STEPS, disagreement, gap, reference_losses
from framewatt.units import format_duration, significant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.candidates import Entry
    from framewatt.preparation import Context
    from framewatt.records import Measurement
    from framewatt.training.task import Task
    from framewatt.training.trial import TrainingContestant, TrainingTrial, TrialOf

_EXPLORING_SHARE = 0.5
_RACE_CYCLES = 6


@dataclass(slots=True)
class Apprentice:
    """A candidate on its way into the race: its trial, first losses, and each seed's quality by epoch."""

    entry: Entry
    contestant: TrainingContestant
    trial: TrainingTrial
    losses: list[float] = field(default_factory=list)
    curves: list[dict[int, list[float]]] = field(default_factory=list)
    epochs: list[int | None] = field(default_factory=list)
    windows: list[Measurement] = field(default_factory=list)
    confirmation: Confirmation | None = None


class TaskQualifier:
    """Carries a task's candidates to those that may race."""

    def __init__(
        self, context: Context, trial_of: TrialOf, task: Task, joules: Callable[[Measurement], float]
    ) -> None:
        """`trial_of` makes a trial; `joules` is a window's energy in the study's accounting."""
        self._context, self._trial_of, self._task, self._joules = context, trial_of, task, joules
        self._alive: list[Apprentice] = []
        self._began = time.monotonic()

    @property
    def spent_seconds(self) -> float:
        """Wall seconds since the first launch."""
        return time.monotonic() - self._began

    def qualify(
        self, contestants: Mapping[str, tuple[Entry, TrainingContestant]]
    ) -> list[TrainingContestant]:
        """Launch, compare first losses, explore, refit; everyone else is settled with the reason."""
        for entry, contestant in contestants.values():
            self._launch(entry, contestant)
        self._compare_first_losses()
        share = self._context.request.budget * _EXPLORING_SHARE / max(len(self._alive), 1)
        for one in list(self._alive):
            self._guard(one, self._explore, share)
        target = {"metric": self._task.metric, "value": self._task.quality, "source": "--quality"}
        self._context.run.append("target", target)
        for one in list(self._alive):
            if self._reaches(one):
                self._guard(one, self._confirm)
            self._remember(one)
        cycle = self._cycle()
        return [replace(one.contestant, cycle=cycle) for one in self._alive]

    def close(self) -> None:
        """End all workers."""
        for one in self._alive:
            one.trial.close()

    def _guard(self, one: Apprentice, work: Callable[..., None], *arguments: float) -> None:
        """Do a step with the worker awake; a failure settles the candidate."""
        try:
            one.trial.resume()
            work(one, *arguments)
            one.trial.suspend()
        except Inapplicable as reason:
            self._dismiss(one, Status.INAPPLICABLE, str(reason))
        except TooSlow as reason:
            self._dismiss(one, Status.ELIMINATED, str(reason))
        except TrialFailed as reason:
            self._dismiss(one, Status.FAILED, str(reason))

    def _dismiss(self, one: Apprentice, status: Status, reason: str) -> None:
        self._alive.remove(one)
        one.trial.close()
        self._context.settle(one.contestant.candidate, status, reason)

    def _launch(self, entry: Entry, contestant: TrainingContestant) -> None:
        log = self._context.run.path / "logs" / f"explore-{time.time_ns()}.log"
        one = Apprentice(entry, contestant, self._trial_of(contestant, log))
        self._alive.append(one)
        self._context.progress.say(f"first steps of {contestant.candidate}")

        def begin(_one: Apprentice) -> None:
            one.trial.launch(0, self._context.run.append_measurement)
            one.trial.begin(0)
            one.losses = self._epoch(one, 0, 1)

        self._guard(one, begin)

    def _epoch(self, one: Apprentice, fold: int, epoch: int) -> list[float]:
        measurement, losses = one.trial.advance(fold, epoch)
        self._context.run.append_measurement(measurement)
        one.windows.append(measurement)
        return losses

    def _compare_first_losses(self) -> None:
        """Drop who optimises something else; a task that declares ``free`` only loses who has no number."""
        losses = {one.contestant.candidate: one.losses[:STEPS] for one in self._alive}
        named = self._task.reference
        names = [name for name in losses if named and name.startswith(f"{named}@")]
        found = reference_losses(losses, names[0] if names else None)
        if found is None:
            return
        reference, whose = found
        for one in list(self._alive):
            name, free = one.contestant.candidate, self._task.optimisation == "free"
            against = one.losses[:STEPS] if free else reference
            worst = gap(one.losses[:STEPS], reference)
            known = [loss if math.isfinite(loss) else None for loss in one.losses[:STEPS]]
            error = None if free or not math.isfinite(worst) else worst
            record = {"candidate": name, "oracle": f"first losses of {whose}", "losses": known}
            self._context.run.append("parity", {**record, "error": error})
            told = disagreement(one.losses[:STEPS], against, whose)
            if told:
                self._dismiss(one, Status.INFEASIBLE, told)

    def _explore(self, one: Apprentice, allowance: float) -> None:
        """Every seed, epoch by epoch, until the quality has lasted or the epochs end."""
        self._context.progress.say(f"learning curves of {one.contestant.candidate}")
        clock = time.monotonic()
        for fold in range(len(self._task.seeds)):
            if fold:
                spent = time.monotonic() - clock
                if spent / fold * len(self._task.seeds) > allowance:
                    told = f"{fold} of {len(self._task.seeds)} seeds took {format_duration(spent)}"
                    share = format_duration(allowance)
                    raise TooSlow(f"{told}; all of them do not fit into its share of --budget ({share})")
            self._explore_seed(one, fold)

    def _explore_seed(self, one: Apprentice, fold: int) -> None:
        one.trial.begin(fold)
        curve: dict[int, list[float]] = {}
        labels, scratch = self._task.arrays["y_validation"], self._context.run.path / "scratch"
        lasting = None
        for epoch in range(1, self._task.epochs + 1):
            losses = self._epoch(one, fold, epoch)
            if not all(abs(loss) < float("inf") for loss in losses):
                raise TrialFailed(f"seed {self._task.seeds[fold]}: a loss of epoch {epoch} is not a number")
            scores = one.trial.scores("validation", [epoch], scratch)[0]
            curve[epoch] = [quality.score(self._task.metric, scores, labels)]
            lasting = crossing(curve, self._task.metric, self._task.quality, self._task.epochs)
            if lasting is not None:
                break
        one.curves.append(curve)
        one.epochs.append(lasting)

    def _reaches(self, one: Apprentice) -> bool:
        """Whether any seed keeps the quality; energy counts all seeds, models only those that do."""
        count = sum(epochs is not None for epochs in one.epochs)
        if not count:
            best = max if self._task.metric not in quality.SMALLER_IS_BETTER else min
            came = significant(best(reached(curve, self._task.metric) for curve in one.curves), 4)
            wanted = significant(self._task.quality, 4)
            told = f"came to {self._task.metric} {came} within {self._task.epochs} epochs, short of {wanted}"
            self._dismiss(one, Status.INFEASIBLE, told)
            return False
        rounds = tuple(epochs or self._task.epochs for epochs in one.epochs)
        one.contestant = replace(one.contestant, rounds=rounds, units_per_query=count / len(self._task.seeds))
        return True

    def _confirm(self, one: Apprentice) -> None:
        """Refit every seed cleanly and judge it once on the test part."""
        self._context.progress.say(f"refitting {one.contestant.candidate}")
        one.trial.contestant = one.contestant
        record, scratch = self._context.run.append_measurement, self._context.run.path / "scratch"
        labels = self._task.arrays["y_test"]
        found = confirm(one.trial, self._task.metric, labels, record, self._joules, scratch)
        one.confirmation = found
        one.contestant = replace(one.contestant, seconds_per_run=max(found.seconds, 1e-4))
        test, name = found.test, one.contestant.candidate
        told = {"metric": self._task.metric, "value": test.value, "low": test.low, "high": test.high}
        self._context.run.append("quality", {"candidate": name, **told})
        smaller = self._task.metric in quality.SMALLER_IS_BETTER
        if quality.is_worse(self._task.metric, test.low if smaller else test.high, self._task.quality):
            reason = (
                f"{self._task.metric} {significant(test.value, 4)} on the test part is beyond doubt short"
            )
            self._dismiss(one, Status.INFEASIBLE, f"{reason} of {significant(self._task.quality, 4)}")

    def _remember(self, one: Apprentice) -> None:
        """Keep what the report says of a candidate's training."""
        last = min(max(curve) for curve in one.curves)
        curve = [[epoch, fmean(c[epoch][0] for c in one.curves)] for epoch in range(1, last + 1)]
        cpu = fmean(w.usage.cpu_seconds for w in one.windows)
        joules = fmean(self._joules(w) for w in one.windows)
        self._context.run.append(
            "training",
            {
                "candidate": one.contestant.candidate,
                "capacity": "comparable",
                "rounds": fmean(one.contestant.rounds) if one.confirmation else None,
                "reached": sum(epochs is not None for epochs in one.epochs),
                "seeds": len(one.epochs),
                "curve": curve,
                "costs": [[epoch, cpu * epoch, joules * epoch] for epoch, _ in curve],
                "tuning": {"points": [], "joules": sum(self._joules(w) for w in one.windows)},
                "confirmation": asdict(one.confirmation) if one.confirmation else None,
                "model": "",
            },
        )

    def _cycle(self) -> int:
        """Seeds per window: all of them where a race of such windows fits, else one."""
        seeds = len(self._task.seeds)
        window = sum(max(seeds * one.contestant.seconds_per_run, 0.5) for one in self._alive)
        left = self._context.request.budget - self.spent_seconds
        return seeds if window * _RACE_CYCLES <= left else 1
