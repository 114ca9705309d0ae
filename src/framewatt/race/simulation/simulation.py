"""Thousands of races at once, on simulated machines, by the same design, statistics and rulings.

The field imitates what repeated runs show: a factor per launch, autocorrelated windows, a drift that all
candidates share. It exists to check error rates and to plan budgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.interim import model_quantile
from framewatt.race.judgement import Frameworks, PairBounds, leader, rule, widened
from framewatt.statistics import PairSums, bounds, pooled_variance, windows_per_trial
from framewatt.statistics.nested import MOST_WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from framewatt.race.rules import RaceRules
    from framewatt.statistics import Levels
    from framewatt.statistics.arrays import Array, Mask

    Draw = Callable[[np.random.Generator, Mask], Array]


@dataclass(frozen=True)
class SimulatedField:
    """True costs and the noise of one machine; standard deviations are of logarithms, times in seconds.

    The defaults scatter a ratio by 2 % per launch and 3.5 % per window. `model_sd` is the standard deviation
    of the power model's error of a log ratio, None where a counter or CPU seconds are compared.
    """

    costs: ArrayLike
    launch_sd: ArrayLike = 0.02 / np.sqrt(2)
    window_sd: ArrayLike = 0.035 / np.sqrt(2)
    autocorrelation: float = 0.3
    walk_sd: float = 0.003
    drift_per_window: float = 0.0003
    launch_seconds: ArrayLike = 2.0
    window_seconds: ArrayLike = 0.7
    model_sd: float | None = None

    def each(self, name: str) -> Array:
        """A figure per candidate, ``[K]``."""
        return np.broadcast_to(np.asarray(getattr(self, name), float), (np.size(self.costs),)).copy()

    def windows(self, rng: np.random.Generator, running: Mask) -> Array:
        """Log costs of one round's windows, ``[S, MOST_WINDOWS, K]``, each trial launched afresh.

        The shared drift walks from slot to slot in the blocks' random order, reversed in every second block.
        """
        races, size = running.shape
        noise = rng.standard_normal((races, MOST_WINDOWS, size))
        keep = np.sqrt(1 - self.autocorrelation**2)
        for window in range(1, MOST_WINDOWS):
            noise[:, window] = self.autocorrelation * noise[:, window - 1] + keep * noise[:, window]
        launches = rng.standard_normal((races, 1, size)) * self.each("launch_sd")
        own = np.log(self.each("costs")) + launches + noise * self.each("window_sd")
        return np.asarray(own + self._drift(rng, running))

    def _drift(self, rng: np.random.Generator, running: Mask) -> Array:
        races, size = running.shape
        keys = np.where(running[:, None], rng.random((races, MOST_WINDOWS // 2, size)), 2.0)
        forward = keys.argsort(axis=-1).argsort(axis=-1)
        many = running.sum(axis=-1)[:, None, None]
        ranks = np.stack([forward, many - 1 - forward], axis=2).reshape(races, MOST_WINDOWS, size)
        slots = np.clip(ranks + np.arange(MOST_WINDOWS)[:, None] * many, 0, MOST_WINDOWS * size - 1)
        steps = rng.standard_normal((races, MOST_WINDOWS * size)) * self.walk_sd + self.drift_per_window
        walk = np.take_along_axis(steps.cumsum(axis=1)[:, None], slots.reshape(races, 1, -1), axis=-1)
        return np.asarray(walk.reshape(races, MOST_WINDOWS, size))


@dataclass
class Outcome:
    """How simulated races ended, ``[S]`` or ``[S, K]``.

    `low` and `high` are log bounds of the last look, `loss` is the proved bound of whoever is selected as
    good, `truth` holds the true log costs: where a model estimates them, they differ from those of CPU
    seconds by the model's error.
    """

    selected: Mask
    equivalent: Mask
    good: Mask
    loss: Array
    rests_on_cpu: Mask
    leader: NDArray[np.intp]
    spent: Array
    rounds: Array
    low: Array
    high: Array
    truth: Array

    @property
    def winner(self) -> NDArray[np.intp]:
        """Index of the winner, -1 without one."""
        lone = (self.selected.sum(axis=-1) == 1) & ~self.equivalent & ~self.good
        return np.where(lone, self.selected.argmax(axis=-1), -1)

    @property
    def answered(self) -> Mask:
        """Whether something was proved: a winner, equals, or a good selection."""
        return np.asarray(self.selected.any(axis=-1))

    @property
    def answer(self) -> NDArray[np.intp]:
        """The winner or the good one, else the leader."""
        chosen = (self.winner >= 0) | self.good
        return np.where(chosen, self.selected.argmax(axis=-1), self.leader)


@dataclass
class _State:
    """Unfinished races side by side; the first axis of every array is the race."""

    index: NDArray[np.intp]
    sums: PairSums
    alive: Mask
    rests_on_cpu: Mask
    high: Array
    spent: Array
    window_total: Array
    window_runs: Array
    window_squares: Array
    window_freedom: Array
    window_counts: Array

    @classmethod
    def fresh(cls, races: int, size: int) -> _State:
        zeros = [np.zeros(races) for _ in range(6)]
        alive = np.ones((races, size), dtype=bool)
        unknown = np.full((races, size, size), np.inf)
        return cls(np.arange(races), PairSums.empty(size, (races,)), alive, ~alive[:, 0], unknown, *zeros)

    def keep(self, going: Mask) -> _State:
        """Only the races that go on."""
        sums = PairSums(*(getattr(self.sums, name)[going] for name in PairSums.__dataclass_fields__))
        names = [name for name in self.__dataclass_fields__ if name != "sums"]
        values = {name: getattr(self, name)[going] for name in names}
        return _State(**values, sums=sums)


def simulate(
    ground: SimulatedField,
    rules: RaceRules,
    races: int,
    *,
    eliminate: bool = True,
    draw: Draw | None = None,
) -> Outcome:
    """Run many races to their end.

    Args:
        ground: The machine and the candidates.
        rules: As for one race; the seed is that of the simulation.
        races: How many.
        eliminate: False keeps every candidate running until the verdict (uniform early stopping).
        draw: Where windows come from instead of the field (to replay).
    """
    return _Simulation(ground, rules, eliminate, draw or ground.windows).run(races)


class _Simulation:
    def __init__(self, ground: SimulatedField, rules: RaceRules, eliminate: bool, draw: Draw) -> None:  # noqa: FBT001 - private
        self.ground, self.rules, self.eliminate, self.draw = ground, rules, eliminate, draw
        self.launch, self.window = ground.each("launch_seconds"), ground.each("window_seconds")
        self.size = np.size(ground.costs)
        self.frameworks = Frameworks.named([str(index) for index in range(self.size)])
        self.rng = np.random.default_rng(rules.seed)

    def run(self, races: int) -> Outcome:
        size = self.size
        out = Outcome(
            selected=np.zeros((races, size), dtype=bool),
            equivalent=np.zeros(races, dtype=bool),
            good=np.zeros(races, dtype=bool),
            loss=np.full(races, np.inf),
            rests_on_cpu=np.zeros(races, dtype=bool),
            leader=np.zeros(races, dtype=np.intp),
            spent=np.zeros(races),
            rounds=np.zeros(races),
            low=np.full((races, size, size), -np.inf),
            high=np.full((races, size, size), np.inf),
            truth=np.tile(np.log(np.asarray(self.ground.costs, float)), (races, 1)),
        )
        if self.ground.model_sd is not None:
            out.truth += self.rng.standard_normal((races, size)) * self.ground.model_sd / np.sqrt(2)
        state, plan, rounds = _State.fresh(races, size), None, 0
        while len(state.index):
            self._round(state)
            rounds += 1
            plan = plan or self._plan(state)
            over = self._look(state, plan, rounds, out)
            out.rounds[state.index[over]] = rounds
            out.spent[state.index[over]] = state.spent[over]
            unknown = over & ~np.isfinite(out.loss[state.index])
            out.leader[state.index[unknown]] = leader(state.sums.mean[unknown], state.alive[unknown])
            state = state.keep(~over)
        return out

    def _next(self, state: _State) -> tuple[Mask, Array, Array]:
        """Who runs next, windows per trial, and the expected seconds."""
        best = leader(state.sums.mean, state.alive)
        behind = np.take_along_axis(state.sums.mean, best[:, None, None], axis=2)[:, :, 0]
        variance, freedom = pooled_variance(state.sums)
        hindering = state.alive
        if self.rules.max_regret:
            hindering = design.hindrances(state.high, state.alive, best, self.rules.log_regret)
        running = design.runners(state.alive, behind, state.sums.appearances, freedom, hindering)
        count = state.sums.appearances
        running = design.without_slow_launchers(running, count, self.launch, state.spent, best)
        if not self.eliminate:
            running = np.ones_like(running)
        many = running.sum(axis=-1)
        first = state.window_runs == 0
        runs = np.maximum(state.window_runs, 1)
        window = np.where(first, self.rules.window_seconds, state.window_total / runs)
        launches = (running * self.launch).sum(axis=-1)
        spare = np.maximum(state.window_freedom, 1)
        rounds = np.maximum(state.sums.appearances.max(axis=-1), 1)
        mean_windows = np.where(first, 1.0, state.window_counts / rounds)
        ratio = design.variance_ratio(variance, freedom, state.window_squares / spare, mean_windows)
        windows = np.where(
            first, design.FIRST_WINDOWS, windows_per_trial(launches / np.maximum(many, 1), window, ratio)
        )
        return running, windows, launches + many * windows * window

    def _round(self, state: _State) -> None:
        running, windows, _ = self._next(state)
        table = self.draw(self.rng, running)
        used = (np.arange(MOST_WINDOWS)[:, None] < windows[:, None, None]) & running[:, None]
        table = np.where(used, table, 0.0)
        effects = table.sum(axis=1) / windows[:, None]
        many = running.sum(axis=-1)
        level = table.sum(axis=2) / many[:, None]
        residual = np.where(used, table - effects[:, None] - level[:, :, None], 0.0)
        centre = level.sum(axis=1) / windows
        residual = np.where(used, residual + centre[:, None, None], 0.0)
        state.sums = state.sums.with_round(effects, running, design.round_weight(windows))
        state.window_squares += (residual**2).sum(axis=(1, 2))
        state.window_freedom += (many - 1) * (windows - 1)
        state.window_counts += windows
        state.window_total += windows * (running * self.window).sum(axis=-1)
        state.window_runs += windows * many
        state.spent += (running * self.launch).sum(axis=-1) + windows * (running * self.window).sum(axis=-1)

    def _plan(self, state: _State) -> design.Looks:
        window = float((state.window_total / state.window_runs)[0])
        remaining = self.rules.budget_seconds - float(state.spent[0])
        rounds = int(design.planned_rounds(remaining, float(self.launch.mean()), window))
        return design.looks(self.size, rounds, self.rules.confidence)

    def _look(self, state: _State, plan: design.Looks, rounds: int, out: Outcome) -> Mask:
        going = np.full(len(state.index), fill_value=True)
        if rounds < plan.rounds:
            decided = self._judge(state, plan.levels(rounds, last=False), going, out)
            _, _, seconds = self._next(state)
            last = ~decided & (state.spent + seconds > self.rules.budget_seconds)
        else:
            decided, last = ~going, going
        if last.any():
            self._judge(state, plan.levels(rounds, last=True), last, out)
        return decided | last

    def _judge(self, state: _State, levels: Levels, which: Mask, out: Outcome) -> Mask:
        """Judge some of the races; returns which are decided."""
        decided = np.zeros(len(which), dtype=bool)
        if levels.lower <= 0:
            return decided
        pairs = self._pair_bounds(state, levels)
        rules = self.rules
        ruling = rule(pairs, state.alive, self.frameworks, rules.log_margin, rules.log_tolerated)
        beaten = ruling.beaten | ruling.beaten_by_cpu
        state.rests_on_cpu |= which & _some(ruling.beaten_by_cpu)
        state.alive &= ~(beaten & which[:, None])
        state.high[which] = pairs.cost.high[which]
        lone = state.alive.sum(axis=-1) == 1
        equal = np.where(_some(ruling.equal)[:, None], ruling.equal, ruling.equal_by_cpu) & ~lone[:, None]
        own, cpu = (np.where(state.alive, loss, np.inf) for loss in (ruling.loss, ruling.loss_by_cpu))
        by_cpu = (own.min(axis=-1) > self.rules.log_regret) & (cpu.min(axis=-1) < own.min(axis=-1))
        loss = np.where(by_cpu[:, None], cpu, own)
        good = ~lone & ~_some(equal) & (loss.min(axis=-1) <= self.rules.log_regret)
        by_cpu = np.where(_some(equal), ~_some(ruling.equal), by_cpu & ~lone)
        decided = which & (lone | _some(equal) | good)
        first = np.arange(self.size) == loss.argmin(axis=-1)[:, None]
        at = state.index[which]
        out.low[at], out.high[at] = pairs.full.low[which], pairs.full.high[which]
        out.equivalent[at], out.good[at] = _some(equal)[which], good[which]
        out.loss[at] = np.where(lone, 0.0, loss.min(axis=-1))[which]
        out.leader[at] = loss.argmin(axis=-1)[which]
        out.rests_on_cpu[at] = (state.rests_on_cpu | by_cpu)[which]
        chosen = np.select([lone[:, None], _some(equal)[:, None], good[:, None]], [state.alive, equal, first])
        out.selected[at] = chosen.astype(bool)[which]
        return np.asarray(decided)

    def _pair_bounds(self, state: _State, levels: Levels) -> PairBounds:
        cpu = bounds(state.sums, levels)
        if self.ground.model_sd is None:
            return PairBounds(cpu, cpu, cpu)
        reach = model_quantile(self.size, self.rules.confidence) * self.ground.model_sd
        half = np.full_like(cpu.value, reach)
        return PairBounds(cpu, widened(cpu, half, half), cpu)


def _some(mask: Mask) -> Mask:
    return np.asarray(mask.any(axis=-1))
