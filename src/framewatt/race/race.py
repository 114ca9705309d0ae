"""The race itself: ask for a block, run it, tell what was measured, until a verdict or the budget's end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.interim import evidence_of
from framewatt.race.judgement import leader, rule
from framewatt.race.ledger import Costs, Ledger
from framewatt.race.rounds import Leg, Round
from framewatt.race.schedule import Schedule, next_round
from framewatt.race.search import families
from framewatt.race.verdict import build_standings, pair_ratio
from framewatt.records import Block, Slot
from framewatt.statistics import differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from framewatt.race.design import Looks
    from framewatt.race.judgement import PairBounds, Ruling
    from framewatt.race.rules import Entrant, RaceRules, RatioUncertainty
    from framewatt.race.standings import Standings
    from framewatt.records import Estimate, Observation
    from framewatt.statistics import Levels
    from framewatt.statistics.arrays import Mask

_LONE_ROUNDS = 3
"""Trials of a candidate without rivals: enough for an interval."""


class Race:
    """Pure ask and tell: deterministic given the rules and what it was told.

    Telling a new race the stored results of an earlier one, in their order, resumes that race exactly.

    Args:
        entrants: Who takes part; ids must differ.
        rules: How it is run and judged.
        ratio_uncertainty: For estimated costs, the model's estimate of the ratio of two candidates' costs
            with its interval, from their mean observations. None where the cost was counted.
    """

    def __init__(
        self,
        entrants: Sequence[Entrant],
        rules: RaceRules,
        ratio_uncertainty: RatioUncertainty | None = None,
    ) -> None:
        self.entrants, self.rules, self.uncertainty = tuple(entrants), rules, ratio_uncertainty
        ids = [entrant.id for entrant in self.entrants]
        if len(set(ids)) < len(ids):
            raise ValueError("two entrants have the same id")
        self.ledger, self.costs = Ledger(ids), Costs()
        self.families = families(self.entrants)
        self.entered = {index for index, one in enumerate(self.entrants) if self._enters_at_once(one)}
        self.dropped: dict[int, str] = {}
        self.eliminated: dict[int, tuple[int, str]] = {}
        self.equal: tuple[int, ...] = ()
        self.rests_on_cpu = False
        self.evidence: PairBounds | None = None
        self.plan: Looks | None = None
        self.over = False
        self.blocks = 0
        self._trials = [0] * len(ids)
        self._legs = 0
        self._round: Round | None = None
        self._pending: Block | None = None
        self._prepare()

    def ask(self) -> Block | None:
        """The next block to run, the same one until it is told; None when the race is over."""
        return self._pending

    def tell(
        self,
        block: Block,
        observations: Sequence[Observation],
        spent_seconds: float,
        launch_seconds: Mapping[str, float] | None = None,
    ) -> None:
        """Results of a block: its valid windows, its wall time, and the part that each launch took.

        Raises:
            ValueError: the block is not the one that was asked for, or an observation cannot belong to it.
        """
        if self._pending is None or self._round is None or block.number != self._pending.number:
            raise ValueError(f"block {block.number} was not asked for")
        cost, cpu = self.ledger.column(observations)
        asked = [self.ledger.index[slot.candidate] for slot in self._pending.slots]
        self._round.add(cost, cpu, asked, self.dropped.keys())
        self.blocks += 1
        self.costs.add(block, spent_seconds, launch_seconds or {})
        self._pending = None
        self._prepare()

    def drop(self, candidate_id: str, reason: str) -> None:
        """The candidate failed in mid-race: it runs no more and cannot be selected.

        The other slots of the block in progress are still to be told.
        """
        self.dropped.setdefault(self.ledger.index[candidate_id], reason)
        if self._pending is not None:
            slots = tuple(slot for slot in self._pending.slots if slot.candidate != candidate_id)
            self._pending = Block(self._pending.number, slots) if slots else None
        if self._pending is None:
            self._prepare()

    def ratio(self, first: str, second: str) -> Estimate | None:
        """Cost of `first` over cost of `second`, simultaneous over comparisons with one fixed candidate.

        None before both have run in the same round.
        """
        return pair_ratio(
            self, first, second, self.ledger.cost, self.evidence.full if self.evidence else None
        )

    def cpu_ratio(self, first: str, second: str) -> Estimate | None:
        """The same of measured CPU seconds."""
        limits = self.evidence.cpu if self.evidence else None
        return pair_ratio(self, first, second, self.ledger.cpu, limits)

    def standings(self) -> Standings:
        """Where the race stands."""
        return build_standings(self)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Who has entered and is neither eliminated nor dropped, ``[K]``."""
        there = self.entered - self.dropped.keys() - self.eliminated.keys()
        return np.array([index in there for index in range(len(self.entrants))], dtype=bool)

    @property
    def leader(self) -> int:
        """Index of the cheapest survivor so far."""
        return int(leader(differences(self.ledger.cost), self.alive))

    @property
    def window_seconds(self) -> float:
        """Expected wall time of one window."""
        return self.costs.window(self.rules.window_seconds)

    def round_seconds(self, running: Sequence[int], windows: int) -> float:
        """Expected wall time of a round."""
        launch = sum(self.launch_seconds(index) for index in running)
        return launch + len(running) * windows * self.window_seconds

    def launch_seconds(self, index: int) -> float:
        """Expected wall time of one launch of a candidate."""
        return self.costs.launch(self.entrants[index].id, self.rules.launch_seconds)

    def _enters_at_once(self, entrant: Entrant) -> bool:
        searched = {family.name for family in self.families}
        return entrant.equal_budget or entrant.family not in searched

    def _prepare(self) -> None:
        """Finish what is finished, and have the next block ready."""
        if self._round is not None and self._round_is_over():
            records, anchor = self._round.records(), self._round.anchor
            self._round = None
            if records:
                self.ledger.close_round(records, anchor)
                self._look()
        if self._round is None and not self.over:
            self._open_round()
        if self._round is not None and not self.over:
            self._pending = self._block(self._round.next_members(self.dropped.keys()))

    def _round_is_over(self) -> bool:
        exhausted = self.costs.spent >= self.rules.budget_seconds
        return exhausted or (self._round is not None and not self._round.next_members(self.dropped.keys()))

    def _open_round(self) -> None:
        schedule = next_round(self)
        if not schedule.running or (self.ledger.rounds and not self._fits(schedule)):
            self.over = True
            return
        self.entered |= set(schedule.newcomers)
        legs = []
        for members in design.legs(schedule.running, self.leader, self.rules.cohort_size):
            self._legs += 1
            legs.append(Leg(self._legs, members, schedule.windows))
        for index in schedule.running:
            self._trials[index] += 1
        self._round = Round(self.leader, legs, self.rules.seed)

    def _block(self, members: Sequence[int]) -> Block | None:
        slots = tuple(Slot(self.entrants[index].id, self._trials[index]) for index in members)
        return Block(self.blocks + 1, slots) if slots else None

    def _look(self) -> None:
        """Judge what is known after a round; once no further round fits, with all error that is left."""
        if self.plan is None:
            self.plan = self._plan_looks()
        rounds, searching = self.ledger.rounds, False
        last = rounds >= self.plan.rounds
        if not last:
            self._judge(self.plan.levels(rounds, last=False))
            following = next_round(self)
            searching = bool(following.newcomers)
            last = (searching or not self._decided()) and not self._fits(following)
        if last:
            self._judge(self.plan.levels(rounds, last=True), last=True)
        self.over = last or (self._decided() and not searching)

    def _judge(self, levels: Levels, *, last: bool = False) -> None:
        if levels.lower <= 0:
            return
        self.evidence = evidence_of(self, levels)
        ruling = rule(self.evidence, self.alive, self.rules.log_margin)
        precise = np.ones(len(self.entrants), dtype=bool)
        if self.rules.precision is not None and not last:
            known = self.evidence.cost
            half = (known.high - known.value)[:, self.leader]
            precise = half <= math.log1p(self.rules.precision)
        self._apply(ruling, precise)

    def _decided(self) -> bool:
        survivors = int(self.alive.sum())
        alone = survivors == 1 and (bool(self.eliminated) or self.ledger.rounds >= _LONE_ROUNDS)
        return alone or bool(self.equal) or survivors == 0

    def _plan_looks(self) -> Looks:
        contenders = np.flatnonzero(self.alive)
        launch = float(np.mean([self.launch_seconds(int(index)) for index in contenders] or [0.0]))
        remaining = self.rules.budget_seconds - self.costs.spent
        rounds = design.planned_rounds(remaining, launch, self.window_seconds)
        return design.looks(len(self.entrants), int(rounds), self.rules.confidence)

    def _fits(self, schedule: Schedule) -> bool:
        seconds = self.round_seconds(schedule.running, schedule.windows)
        return self.costs.spent + seconds <= self.rules.budget_seconds

    def _apply(self, ruling: Ruling, precise: Mask) -> None:
        for mask, ground in (
            (ruling.beaten, self.rules.objective_decides_on),
            (ruling.beaten_by_cpu, "cpu_seconds"),
        ):
            for index in np.flatnonzero(mask & precise):
                self.eliminated[int(index)] = (self.blocks, ground)
                self.rests_on_cpu |= mask is ruling.beaten_by_cpu
        equal = ruling.equal if ruling.equal.any() else ruling.equal_by_cpu
        self.equal = tuple(int(index) for index in np.flatnonzero(equal))
        self.rests_on_cpu |= bool(ruling.equal_by_cpu.any())
