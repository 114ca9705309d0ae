"""Running blocks of commands: every run is a fresh process, so every window is a trial of its own."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from framewatt.errors import BadInput
from framewatt.metering.host.cpu_time import reaped
from framewatt.records import Phase, Stage
from framewatt.trials.blocks import BlockOutcome
from framewatt.trials.command import run_command
from framewatt.trials.window import WindowKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.contracts import Meter
    from framewatt.records import Block, Measurement
    from framewatt.trials.command import CommandRun
    from framewatt.trials.trial import KeepWindow
    from framewatt.trials.window import Instrument

_WINDOW_SECONDS = 0.2
_MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Handling:
    """How commands are run: prepared by `prepare` before each run, ended after `limit_seconds`.

    One run counts `units` of R. `null` names the candidate that runs in every block, at a place that `seed`
    draws.
    """

    prepare: str | None
    limit_seconds: float
    units: float
    null: str
    seed: int

    def prepared_run(self, command: str) -> CommandRun:
        """Prepare, then run once.

        Raises:
            BadInput: see `run_command`.
        """
        self.prepare_run()
        return self.run(command)

    def prepare_run(self) -> None:
        """What precedes a run; never metered."""
        if self.prepare is not None:
            run_command(self.prepare, self.limit_seconds)

    def run(self, command: str) -> CommandRun:
        """Run once, as it is."""
        return run_command(command, self.limit_seconds)


@dataclass(frozen=True, slots=True)
class PacedCommand:
    """A command, and how many runs of it fill a window."""

    command: str
    runs: int


def pace(command: str, warmup: int, handling: Handling, meter: Meter) -> tuple[float, int]:
    """Seconds of the fastest of `warmup` runs, and how many such runs fill a window; later ones may beat it.

    Raises:
        BadInput: it fails, or is to be prepared but ends before the meter can tell its energy.
    """
    fastest = min(handling.prepared_run(command).usage.seconds for _ in range(max(warmup, 1)))
    if handling.prepare is not None:
        require_long_enough(command, fastest, meter)
        return fastest, 1
    runs = math.ceil(window_seconds_of(meter) / max(fastest, 1e-4))
    return fastest, min(max(1, runs), _MOST_RUNS)


def window_seconds_of(meter: Meter) -> float:
    """How long a window of commands should last."""
    return max(_WINDOW_SECONDS, meter.minimum_window_seconds)


def require_long_enough(command: str, seconds: float, meter: Meter) -> None:
    """Refuse a prepared command, of which a window holds a single run, where that is too short.

    Raises:
        BadInput: the meter needs longer windows.
    """
    if seconds < meter.minimum_window_seconds:
        raise BadInput(
            f"{command!r} takes {seconds:.2g} s, but {meter.description.name} needs "
            f"{meter.minimum_window_seconds:.3g} s, and with --prepare each run is metered alone: "
            "let one run do more work, leave --prepare out, or name --meter estimate"
        )


class CommandRunner:
    """Runs blocks of commands on an instrument; every finished window is handed to `record` at once."""

    def __init__(self, instrument: Instrument, handling: Handling, record: KeepWindow) -> None:
        """Nothing runs yet."""
        self._instrument, self._handling, self._record = instrument, handling, record

    def __enter__(self) -> CommandRunner:  # noqa: PYI034 - not subclassed
        """The runner itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing lives on between blocks."""

    def run(
        self, block: Block, contestants: Mapping[str, PacedCommand], done: set[tuple[str, int]]
    ) -> BlockOutcome:
        """One window of each candidate that has none yet, the null command's at a random place among them.

        Raises:
            BadInput: a command fails, hangs, or leaves children behind.
        """
        began = time.perf_counter()
        names = [(slot.candidate, slot.trial) for slot in block.slots]
        if self._handling.null in contestants:
            draw = np.random.default_rng([self._handling.seed, block.number])
            names.insert(int(draw.integers(len(names) + 1)), (self._handling.null, block.number))
        windows = [
            self._window(name, contestants[name], trial, block.number)
            for name, trial in names
            if (name, 0) not in done
        ]
        nothing = {slot.candidate: 0.0 for slot in block.slots}
        return BlockOutcome(windows, time.perf_counter() - began, nothing)

    def _window(self, name: str, contestant: PacedCommand, trial: int, block: int) -> Measurement:
        self._handling.prepare_run()
        key = WindowKey(Stage.DEVELOPMENT, name, Phase.STEADY, trial, block, 0)
        measurement, runs = self._instrument.measure(key, reaped, lambda: self._runs_of(contestant))
        window = replace(
            measurement,
            units=len(runs) * self._handling.units,
            peak_memory_bytes=max(run.peak_memory_bytes or 0 for run in runs) or None,
            noisy=None,  # noisy windows are repeated; these never are, so all of them are judged together
        )
        self._record(window)
        return window

    def _runs_of(self, contestant: PacedCommand) -> list[CommandRun]:
        """Run a command as often as planned, and on until the meter's least window is full."""
        meter = self._instrument.meter
        runs: list[CommandRun] = []
        opened, seconds = time.perf_counter(), 0.0
        while len(runs) < contestant.runs or seconds < meter.minimum_window_seconds:
            if runs and self._handling.prepare is not None:
                require_long_enough(contestant.command, seconds, meter)
            runs.append(self._handling.run(contestant.command))
            seconds = time.perf_counter() - opened
        return runs
