"""The race itself: ask for a block, run it, tell what was measured, until a verdict or the budget's end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race import design
from framewatt.race.concluding import answer_of
from framewatt.race.interim import pair_bounds
from framewatt.race.judgement import rule
from framewatt.race.rounds import Leg, Round
from framewatt.race.schedule import Schedule, next_round
from framewatt.race.state import Elimination, RaceState
from framewatt.race.verdict import build_standings, pair_ratio
from framewatt.records import Block, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.race.design import Looks
    from framewatt.race.judgement import PairBounds, Ruling
    from framewatt.race.rules import Entrant, RaceRules, RatioUncertainty
    from framewatt.race.standings import Standings
    from framewatt.records import Estimate, Observation
    from framewatt.statistics import Levels
    from framewatt.statistics.arrays import Mask


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
        self.state = RaceState.opening(entrants, rules, ratio_uncertainty)
        self._plan: Looks | None = None
        self._trials = [0] * len(entrants)
        self._legs = 0
        self._round: Round | None = None
        self._pending: Block | None = None
        self._precise = True
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
        earlier_launches: Mapping[str, float] | None = None,
    ) -> None:
        """Results of a block: its valid windows, its wall time, and the part that each launch took.

        `earlier_launches` are the seconds of launches outside of any block: paid by nobody, but known.

        Raises:
            ValueError: the block is not the one that was asked for, or an observation cannot belong to it.
        """
        if self._pending is None or self._round is None or block.number != self._pending.number:
            raise ValueError(f"block {block.number} was not asked for")
        cost, cpu = self.state.ledger.column(observations)
        asked = [self.state.ledger.index[slot.candidate] for slot in self._pending.slots]
        self._round.add(cost, cpu, asked, self.state.dropped.keys())
        self.state.blocks += 1
        self.state.costs.add(block, spent_seconds, launch_seconds or {})
        self.state.costs.earlier.update(earlier_launches or {})
        self._pending = None
        self._prepare()

    def drop(self, candidate_id: str, reason: str) -> None:
        """The candidate failed in mid-race: it runs no more and cannot be selected.

        The other slots of the block in progress are still to be told.
        """
        index = self.state.ledger.index[candidate_id]
        if index not in self.state.dropped:
            self.state.dropped[index] = reason
            self._judge_without(index)
        if self._pending is not None:
            slots = tuple(slot for slot in self._pending.slots if slot.candidate != candidate_id)
            self._pending = Block(self._pending.number, slots) if slots else None
        if self._pending is None:
            self._prepare()

    def ratio(self, first: str, second: str) -> Estimate | None:
        """Cost of `first` over cost of `second`, simultaneous over comparisons with one fixed candidate.

        None before both have run in the same round.
        """
        limits = self.state.bounds.full if self.state.bounds else None
        return pair_ratio(self.state, first, second, self.state.ledger.cost, limits)

    def cpu_ratio(self, first: str, second: str) -> Estimate | None:
        """The same of measured CPU seconds."""
        limits = self.state.bounds.cpu if self.state.bounds else None
        return pair_ratio(self.state, first, second, self.state.ledger.cpu, limits)

    def standings(self) -> Standings:
        """Where the race stands."""
        return build_standings(self.state)

    def _prepare(self) -> None:
        """Finish what is finished, and have the next block ready."""
        if self._round is not None and self._round_is_over():
            records, anchor = self._round.records(), self._round.anchor
            self._round = None
            if records:
                self.state.ledger.close_round(records, anchor)
                self._look()
        if self._round is None and not self.state.over:
            self._open_round()
        if self._round is not None and not self.state.over:
            self._pending = self._block(self._round.next_members(self.state.dropped.keys()))

    def _round_is_over(self) -> bool:
        exhausted = self.state.costs.spent >= self.state.rules.budget_seconds
        dropped = self.state.dropped.keys()
        return exhausted or (self._round is not None and not self._round.next_members(dropped))

    def _open_round(self) -> None:
        state, schedule = self.state, next_round(self.state)
        if not schedule.running or (state.ledger.rounds and not self._fits(schedule)):
            state.over = True
            return
        state.entered |= set(schedule.newcomers)
        legs = []
        for members in design.legs(schedule.running, state.leader, state.rules.cohort_size):
            self._legs += 1
            legs.append(Leg(self._legs, members, schedule.windows))
        for index in schedule.running:
            self._trials[index] += 1
        self._round = Round(state.leader, legs, state.rules.seed)

    def _block(self, members: Sequence[int]) -> Block | None:
        slots = tuple(Slot(self.state.entrants[index].id, self._trials[index]) for index in members)
        return Block(self.state.blocks + 1, slots) if slots else None

    def _look(self) -> None:
        """Judge what is known after a round; once no further round fits, with all error that is left."""
        if self._plan is None:
            self._plan = self._plan_looks()
        state, rounds = self.state, self.state.ledger.rounds
        last = rounds >= self._plan.rounds
        if not last:
            self._judge(self._plan.levels(rounds, last=False))
            following = next_round(state)
            if not following.newcomers and state.answer is None:
                state.answer = answer_of(state, precise=self._precise)
                following = next_round(state)
            last = bool(following.running) and not self._fits(following)
        if last:
            self._judge(self._plan.levels(rounds, last=True), last=True)
            state.answer = state.answer or answer_of(state)
        state.over = last or not next_round(state).running

    def _judge(self, levels: Levels, *, last: bool = False) -> None:
        if levels.lower <= 0:
            return
        state = self.state
        state.bounds = pair_bounds(state, levels)
        ruling = self._rule(state.bounds)
        precise = np.ones(len(state.entrants), dtype=bool)
        if state.rules.precision is not None and not last:
            cost = state.bounds.cost
            half = (cost.high - cost.value)[:, state.leader]
            precise = half <= math.log1p(state.rules.precision)
        self._precise = bool(precise[state.alive].all())
        state.ruling = ruling
        self._eliminate(ruling, precise)

    def _rule(self, bounds: PairBounds) -> Ruling:
        state, rules = self.state, self.state.rules
        return rule(bounds, state.alive, state.frameworks, rules.log_margin, rules.log_tolerated)

    def _judge_without(self, fallen: int) -> None:
        """Take back what was proved by one that fell: those it has beaten may be the best of the rest."""
        state = self.state
        if not state.ledger.cost.appearances[fallen] or fallen in state.eliminated:
            return
        state.eliminated.clear()
        state.rests_on_cpu, state.answer, state.over = False, None, False
        if state.bounds is not None:
            state.ruling = self._rule(state.bounds)
            self._eliminate(state.ruling, np.ones(len(state.entrants), dtype=bool))

    def _plan_looks(self) -> Looks:
        state = self.state
        launches = [state.launch_seconds(int(index)) for index in np.flatnonzero(state.alive)]
        launch = float(np.mean(launches or [0.0]))
        rounds = design.planned_rounds(state.remaining_seconds, launch, state.window_seconds)
        point = launch + design.FIRST_WINDOWS * state.window_seconds
        room = int(design.SEARCH_SHARE * max(state.remaining_seconds, 0.0) / point) if point else 0
        state.most_points = min(len(state.entrants), len(state.entered) + room)
        return design.looks(state.most_points, int(rounds), state.rules.confidence)

    def _fits(self, schedule: Schedule) -> bool:
        seconds = self.state.round_seconds(schedule.running, schedule.windows)
        return self.state.costs.spent + seconds <= self.state.rules.budget_seconds

    def _eliminate(self, ruling: Ruling, precise: Mask) -> None:
        state = self.state
        for mask, ground in (
            (ruling.beaten, state.rules.objective_decides_on),
            (ruling.beaten_by_cpu, "cpu_seconds"),
        ):
            for index in np.flatnonzero(mask & precise):
                state.eliminated[int(index)] = Elimination(state.blocks, ground)
                state.rests_on_cpu |= mask is ruling.beaten_by_cpu
