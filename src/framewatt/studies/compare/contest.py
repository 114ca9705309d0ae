"""The race between commands: every run is a fresh process, so every window is a trial of its own."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.errors import BadInput
from framewatt.metering.accounting import reserved_joules
from framewatt.metering.host.cpu_time import reaped
from framewatt.metering.power.model import PowerModel
from framewatt.race import Entrant, Race, RaceRules
from framewatt.records import Estimate, Measurement, Observation, Phase, Stage
from framewatt.trials.command import run_command
from framewatt.trials.window import Instrument, WindowKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from framewatt.contracts import Meter
    from framewatt.records import Block
    from framewatt.trials.command import CommandRun

NULL = "--null"
"""The null command's name among the candidates of the windows."""
_WINDOW_SECONDS = 0.2
_MOST_RUNS = 200
_TOO_SHORT = 0.01


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: commands, how they are prepared, and the rules of the race.

    `units` counts units of R done by one run of each command; `precision` is the half-width of a loser's
    ratio, as a ratio minus one, at which the race may stop.
    """

    commands: tuple[str, ...]
    null: str | None = None
    prepare: str | None = None
    warmup: int = 1
    budget_seconds: float = 60.0
    units: float = 1.0
    margin: float = 0.02
    precision: float = 0.05
    seed: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the candidates: the commands, a repeated one with ``#2``."""
        names: list[str] = []
        for index, command in enumerate(self.commands):
            repeat = self.commands[:index].count(command) + 1
            names.append(command if repeat == 1 else f"{command} #{repeat}")
        return tuple(names)


@dataclass
class Contest:
    """Runs a question on a meter; `windows` keeps every window as it was read."""

    question: Question
    meter: Meter
    windows: list[Measurement] = field(default_factory=list)
    short: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Name the contestants; nothing runs yet."""
        self._runs: dict[str, int] = {}
        self._command = dict(zip(self.question.ids, self.question.commands, strict=True))
        if self.question.null is not None:
            self._command[NULL] = self.question.null
        self.unresolved: str | None = None

    def run(self, progress: Callable[[str], None]) -> Race:
        """Warm up, then race to the end.

        Raises:
            BadInput: a command fails, hangs, leaves children behind, or is to be prepared but ends before the
                meter can tell its energy.
        """
        for name in self._command:
            progress(f"warming up {name}")
            self._runs[name] = self._runs_per_window(name)
        race = Race(
            [Entrant(name, command) for name, command in self._command.items() if name != NULL],
            self._rules(),
            self._uncertainty(),
        )
        while self.unresolved is None and (block := race.ask()) is not None:
            began = time.perf_counter()
            windows = self._block(block)
            self.windows += windows
            observations = self._net(windows)
            if self.unresolved is None:
                nothing = {slot.candidate: 0.0 for slot in block.slots}
                race.tell(block, observations, time.perf_counter() - began, nothing)
                progress(_standing(race))
        return race

    def _rules(self) -> RaceRules:
        question = self.question
        return RaceRules(
            seed=question.seed,
            window_seconds=max(_WINDOW_SECONDS, self.meter.minimum_window_seconds),
            margin=question.margin,
            budget_seconds=question.budget_seconds,
            launch_seconds=0.0,
            precision=question.precision,
        )

    def _runs_per_window(self, name: str) -> int:
        """Runs of the command that fill a window, from its warm-up runs; later runs may be faster."""
        fastest = math.inf
        for _ in range(max(self.question.warmup, 1)):
            self._prepare()
            run = run_command(self._command[name], self.question.budget_seconds)
            fastest = min(fastest, run.usage.seconds)
        if fastest < _TOO_SHORT and name != NULL:
            self.short.append(name)
        if self.question.prepare is not None:
            self._require_long_enough(name, fastest)
            return 1
        target = max(_WINDOW_SECONDS, self.meter.minimum_window_seconds)
        return min(max(1, math.ceil(target / max(fastest, 1e-4))), _MOST_RUNS)

    def _prepare(self) -> None:
        if self.question.prepare is not None:
            run_command(self.question.prepare, self.question.budget_seconds)

    def _block(self, block: Block) -> list[Measurement]:
        """One window of each candidate, the null command's at a random place among them."""
        names = [(slot.candidate, slot.trial) for slot in block.slots]
        if self.question.null is not None:
            at = int(np.random.default_rng([self.question.seed, block.number]).integers(len(names) + 1))
            names.insert(at, (NULL, block.number))
        return [self._window(name, trial, block.number) for name, trial in names]

    def _require_long_enough(self, name: str, seconds: float) -> None:
        """Refuse a prepared command, of which a window holds a single run, where that is too short."""
        meter = self.meter
        if seconds < meter.minimum_window_seconds:
            raise BadInput(
                f"{self._command[name]!r} takes {seconds:.2g} s, but {meter.description.name} needs "
                f"{meter.minimum_window_seconds:.3g} s, and with --prepare each run is metered alone: "
                "let one run do more work, leave --prepare out, or name --meter estimate"
            )

    def _window(self, name: str, trial: int, block: int) -> Measurement:
        self._prepare()
        key = WindowKey(Stage.DEVELOPMENT, name, Phase.STEADY, trial, block, 0)
        instrument = Instrument(self.meter, self.meter.idle_watts() or {})
        measurement, done = instrument.measure(key, reaped, lambda: self._runs_of(name))
        return replace(
            measurement,
            units=len(done) * self.question.units,
            peak_memory_bytes=max(run.peak_memory_bytes or 0 for run in done) or None,
        )

    def _runs_of(self, name: str) -> list[CommandRun]:
        """Run a command as often as planned, and on until the meter's least window is full."""
        done: list[CommandRun] = []
        opened, seconds = time.perf_counter(), 0.0
        while len(done) < self._runs[name] or seconds < self.meter.minimum_window_seconds:
            if done and self.question.prepare is not None:
                self._require_long_enough(name, seconds)
            done.append(run_command(self._command[name], self.question.budget_seconds))
            seconds = time.perf_counter() - opened
        return done

    def _net(self, windows: Sequence[Measurement]) -> list[Observation]:
        """Observations per unit, less the null command's of the same block."""
        null = next((one for one in windows if one.candidate == NULL), None)
        if null is not None and null.invalid:
            return []
        valid = [one for one in windows if one.candidate != NULL and not one.invalid]
        found = [self.observation(one, null) for one in valid]
        for one in found:
            if min(one.cost, one.cpu_seconds) <= 0:
                self.unresolved = f"{one.candidate!r} costs no more than the null command beyond its noise"
        return found

    def observation(self, window: Measurement, null: Measurement | None) -> Observation:
        """A window per unit, less a null window."""
        own = self._per_unit(window)
        less = self._per_unit(null) if null else (0.0, 0.0, 0.0)
        cost, cpu, seconds = (mine - its for mine, its in zip(own, less, strict=True))
        return Observation(window.candidate, window.trial, window.block, cost, cpu, seconds, window.units)

    def _per_unit(self, window: Measurement) -> tuple[float, float, float]:
        joules = reserved_joules(window)
        return (
            joules / window.units,
            window.usage.cpu_seconds / window.units,
            window.usage.seconds / window.units,
        )

    def _uncertainty(self) -> Callable[[Observation, Observation], Estimate] | None:
        description = self.meter.description
        model = PowerModel.of_meter(description.parameters)
        if model is None:
            return None
        share: Any = description.parameters["reserved_share"]

        def ratio(a: Observation, b: Observation) -> Estimate:
            same = self._command[a.candidate] == self._command[b.candidate]
            runs = (max(a.seconds, 0.0), a.cpu_seconds), (max(b.seconds, 0.0), b.cpu_seconds)
            try:
                return model.ratio(*runs, same_framework=same, share=share)
            except BadInput:
                return Estimate(a.cost / b.cost, 0.0, math.inf)

        return ratio


def _standing(race: Race) -> str:
    standings = race.standings()
    return f"{standings.verdict.value}: {standings.leader} leads after {standings.blocks} rounds"
