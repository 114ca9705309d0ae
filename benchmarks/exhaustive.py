"""The design that races are measured against: everyone runs as often as the intervals need, nobody leaves.

`exhaustive_seconds` is its price by formula, for simulations. `Exhaustive` really runs it beside a stored
race: the same candidates, launches, windows, ledger and judgement, in slices that add up.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from framewatt.candidates.choice import choice_of
from framewatt.candidates.enumeration import enumerate_candidates
from framewatt.decision.costs import selection_cost
from framewatt.decision.findings import read_findings
from framewatt.decision.incumbent import Incumbent
from framewatt.metering.accounting import observations, reserved_joules
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.race.design import round_weight
from framewatt.race.interim import pair_bounds
from framewatt.race.judgement import rule
from framewatt.race.rounds import Leg, Round
from framewatt.records import Block, Phase, Slot
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import Admitted
from framewatt.runs.replay import cost_of, race_of, replay
from framewatt.statistics import Levels, pooled_variance, student_level, windows_per_trial
from framewatt.studies.context import StudyContext
from framewatt.studies.inference.preparation import equip, gather
from framewatt.studies.pipeline import metered_idle
from framewatt.studies.preparation_clock import PreparationClock
from framewatt.studies.progress import Silent
from framewatt.trials.blocks import BlockRunner
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from framewatt.race import Race
    from framewatt.race.judgement import PairBounds
    from framewatt.records import Measurement
    from framewatt.statistics.arrays import Array
    from framewatt.trials.inference import Inference, InferenceSpec

SUFFIX = "-exhaustive"
FEWEST_TRIALS = 3


def trials_needed(level: float, variance: Array | float, log_margin: float) -> Array:
    """Fresh trials at which Student's interval at `level` is as wide as the margin to either side.

    Args:
        level: Two-sided, of one comparison with the best.
        variance: ``[...]``, of a ratio's logarithm between trials.
        log_margin: The half-width wanted, a log ratio.
    """
    trials = np.full(np.shape(variance), float(FEWEST_TRIALS))
    for _ in range(100):
        wanted = (student_level(level, trials - 1) / log_margin) ** 2 * variance
        trials = np.maximum(FEWEST_TRIALS, np.ceil(wanted))
    return trials


def exhaustive_seconds(launch: Array, window: Array, log_margin: float) -> float:
    """Time of the exhaustive design where launches scatter a ratio by 2 % and windows by 3.5 %.

    Windows per trial are each candidate's optimum; the error is shared over the comparisons with the best.
    """
    windows = windows_per_trial(launch, window, 3.0)
    variance = 0.02**2 + 0.035**2 / windows
    trials = trials_needed(0.05 / (len(launch) - 1), variance, log_margin)
    return float((trials * (launch + windows * window)).sum())


@dataclass(frozen=True)
class Design:
    """Who runs (indices of entrants), in how many rounds, with how many windows per fresh trial."""

    members: tuple[int, ...]
    rounds: int
    windows: int
    level: float


def design_for(race: Race) -> Design:
    """The exhaustive design for a finished race's candidates, from the variance that the race measured.

    It is that of CPU seconds where energy is estimated, since those then decide. Windows per launch are as
    many as the race's rounds had.

    Raises:
        SystemExit: the race ended before any two candidates had met twice.
    """
    state = race.state
    ledger = state.ledger
    sums = ledger.cost if state.uncertainty is None else ledger.cpu
    there = enumerate(sums.appearances)
    members = tuple(index for index, rounds in there if rounds and index not in state.dropped)
    pooled, _ = pooled_variance(sums)
    if not np.isfinite(pooled) or len(members) < 2:  # noqa: PLR2004 - a comparison
        raise SystemExit("the race was too short to size an exhaustive design: give it a longer --budget")
    windows = round(float(np.mean(ledger.window_counts)))
    level = (1 - state.rules.confidence) / (len(members) - 1)
    rounds = trials_needed(level, pooled / round_weight(windows), state.rules.log_margin)
    return Design(members, int(rounds), windows, level)


@dataclass(frozen=True)
class Spent:
    """Estimated or counted J and wall seconds, builds, conversions and launches included."""

    joules: float
    seconds: float


@dataclass(frozen=True)
class FinishedRound:
    """A round that is over: its blocks, and who has fallen out so far, with the reason."""

    blocks: tuple[int, ...]
    gone: dict[str, str]

    KIND: ClassVar[str] = "round"

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(tuple(record["blocks"]), dict(record["gone"]))


class Exhaustive:
    """The exhaustive design of one stored race; its own run folder stands beside the race's.

    `run_for` may be called again and again, also from another process: finished rounds are kept.
    """

    def __init__(self, raced: RunFolder) -> None:
        self.raced, self.basis = raced, stored_basis(raced.manifest)
        stored = replay(raced, self.basis)
        if stored is None:
            raise SystemExit(f"{raced.path}: nobody was admitted to this race")
        self.finished, self.design = stored.race, design_for(stored.race)
        # An empty race of the same entrants and rules: its ledger and its judgement are what is needed.
        self.race = race_of(raced.manifest, next(raced.records(Admitted)), self.basis)
        self.run = self._folder()
        self.rounds = 0
        self.gone: dict[int, str] = {}
        self._blocks = max((window.block for window in self.run.measurements()), default=0)
        self._retell()

    def run_for(self, seconds: float) -> None:
        """Run whole rounds until the design is complete or `seconds` have passed."""
        end = time.monotonic() + seconds
        if self.rounds >= self.design.rounds:
            return
        with self._runner() as (runner, contestants):
            while self.rounds < self.design.rounds and time.monotonic() < end:
                self._run_round(runner, contestants)

    def bounds(self) -> tuple[PairBounds, Array]:
        """What the rounds say of every pair, and who took part."""
        there = np.zeros(len(self.race.state.entrants), dtype=bool)
        there[[index for index in self.design.members if index not in self.gone]] = True
        return pair_bounds(self.race.state, Levels(self.design.level, self.design.level)), there

    def verdict(self) -> tuple[str, list[str]]:
        """The verdict by the race's own rulings, and whom it selects, cheapest first."""
        bounds, there = self.bounds()
        state, rules = self.race.state, self.race.state.rules
        ruling = rule(bounds, there, state.frameworks, rules.log_margin, rules.log_tolerated)
        left = there & ~ruling.beaten & ~ruling.beaten_by_cpu
        equal = ruling.equal if ruling.equal.any() else ruling.equal_by_cpu
        if left.sum() == 1:
            return "winner", self._named(left)
        return ("equivalent", self._named(equal)) if equal.any() else ("undecided", [])

    def spent(self) -> Spent:
        """What this design has cost so far, the race's admission of its candidates included."""
        cost = selection_cost([], read_findings(self.run, self.basis), Incumbent(None, "none"))
        admission = [
            window for window in self.raced.measurements() if window.block == 0 and not window.invalid
        ]
        return Spent(
            (cost.energy.value or 0.0) + sum(map(reserved_joules, admission)),
            (cost.duration.value or 0.0) + sum(window.usage.seconds for window in admission),
        )

    def projected(self) -> Spent:
        """What all rounds of the design would cost, were the missing ones like those that were run."""
        own = [window for window in self.run.measurements() if not window.invalid]
        missing = (self.design.rounds - self.rounds) / max(self.rounds, 1)
        spent = self.spent()
        return Spent(
            spent.joules + missing * sum(map(reserved_joules, own)),
            spent.seconds + missing * sum(window.usage.seconds for window in own),
        )

    def windows(self) -> list[Measurement]:
        """The steady windows of this design."""
        return [window for window in self.run.measurements() if window.phase is Phase.STEADY]

    def _folder(self) -> RunFolder:
        path = self.raced.path.with_name(self.raced.path.name + SUFFIX)
        if path.exists():
            return RunFolder.open_run(path)
        return RunFolder.create(path.parent, path.name, self.raced.manifest)

    def _named(self, mask: Array) -> list[str]:
        value = self.race.state.ledger.cost.mean[:, self.race.state.leader]
        chosen = sorted(np.flatnonzero(mask), key=lambda index: value[index])
        return [self.race.state.entrants[int(index)].id for index in chosen]

    def _runner(self) -> AbstractContextManager[tuple[BlockRunner[Inference], dict[str, InferenceSpec]]]:
        return _prepared(self.run, {self.race.state.entrants[index].id for index in self.design.members})

    def _new_round(self) -> Round:
        members = tuple(index for index in self.design.members if index not in self.gone)
        leg = Leg(self.rounds + 1, members, self.design.windows)
        return Round(members[0], [leg], self.race.state.rules.seed)

    def _run_round(self, runner: BlockRunner[Inference], contestants: dict[str, InferenceSpec]) -> None:
        """One round: a fresh trial of everyone, its windows spread over randomised blocks."""
        number, this, blocks = self.rounds + 1, self._new_round(), []
        cost = cost_of(self.run.manifest, self.basis)
        while members := this.next_members(self.gone.keys()):
            self._blocks += 1
            blocks.append(self._blocks)
            slots = tuple(Slot(self.race.state.entrants[index].id, number) for index in members)
            outcome = runner.run(Block(self._blocks, slots), contestants, set())
            self._tell(this, observations(outcome.measurements, cost), members)
            for name, error in outcome.fallen.items():
                self.gone[self.race.state.ledger.index[name]] = str(error)
        gone = {self.race.state.entrants[index].id: reason for index, reason in self.gone.items()}
        self.run.append(FinishedRound(tuple(blocks), gone))
        self._close(this)

    def _retell(self) -> None:
        """Go through the rounds that were finished before."""
        cost = cost_of(self.run.manifest, self.basis)
        stored = observations(self.run.measurements(), cost)
        for record in self.run.records(FinishedRound):
            this = self._new_round()
            for block in record.blocks:
                members = this.next_members(self.gone.keys())
                self._tell(this, [window for window in stored if window.block == block], members)
            self.gone |= {self.race.state.ledger.index[name]: why for name, why in record.gone.items()}
            self._close(this)

    def _tell(self, this: Round, windows: list[Any], members: tuple[int, ...]) -> None:
        this.add(*self.race.state.ledger.column(windows), members, self.gone.keys())

    def _close(self, this: Round) -> None:
        self.race.state.ledger.close_round(this.records(), this.anchor)
        self.rounds += 1


@contextmanager
def _prepared(
    run: RunFolder, names: set[str]
) -> Iterator[tuple[BlockRunner[Inference], dict[str, InferenceSpec]]]:
    """What it takes to run blocks of these candidates: as `framewatt select` prepares it, from its caches."""
    request = run.manifest.request
    context = StudyContext(request, run, Silent())
    workload = open_source(request.source)
    entries = enumerate_candidates(choice_of(request), workload.format)
    meter = choose_meter(request.race.meter, inspect_host())
    run.require_meter(meter.description)
    run.lock()
    try:
        wanted = [entry for entry in entries if entry.candidate.id in names]
        contestants = equip(wanted, gather(workload, context), PreparationClock(context), context)
        instrument = metered_idle(meter, context)
        blocks: BlockRunner[Inference] = BlockRunner(instrument, run.append, run.logs)
        with blocks as runner:
            yield runner, contestants
    finally:
        meter.close()
        run.release()
