"""What a race knows at a moment. Only `race.py` changes it; schedule, looks and verdict read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from framewatt.race.judgement import leader
from framewatt.race.ledger import Costs, Ledger
from framewatt.race.search import families
from framewatt.statistics import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.race.judgement import PairBounds
    from framewatt.race.rules import Entrant, RaceRules, RatioUncertainty
    from framewatt.race.search import Family
    from framewatt.statistics.arrays import Mask

_LONE_ROUNDS = 3
"""Trials of a candidate without rivals: enough for an interval."""


@dataclass(frozen=True, slots=True)
class Elimination:
    """After which block a candidate was beaten, and in what."""

    block: int
    ground: str


@dataclass(slots=True)
class RaceState:
    """Entrants are named by their index throughout.

    `entered` holds who takes part so far, `dropped` who failed and why, `equal` the group proved equal.
    `bounds` is what the last look knew of every pair, None before the first.
    """

    entrants: tuple[Entrant, ...]
    rules: RaceRules
    uncertainty: RatioUncertainty | None
    families: tuple[Family, ...]
    ledger: Ledger
    entered: set[int]
    costs: Costs = field(default_factory=Costs)
    dropped: dict[int, str] = field(default_factory=dict)
    eliminated: dict[int, Elimination] = field(default_factory=dict)
    equal: tuple[int, ...] = ()
    rests_on_cpu: bool = False
    bounds: PairBounds | None = None
    blocks: int = 0
    over: bool = False

    @classmethod
    def opening(
        cls, entrants: Sequence[Entrant], rules: RaceRules, uncertainty: RatioUncertainty | None
    ) -> Self:
        """Before the first block: in the race are all but the points that a search over settings may reach.

        Raises:
            ValueError: two entrants have the same id.
        """
        ids = [entrant.id for entrant in entrants]
        if len(set(ids)) < len(ids):
            raise ValueError("two entrants have the same id")
        searched = families(entrants)
        names = {family.name for family in searched}
        at_once = {
            index
            for index, entrant in enumerate(entrants)
            if entrant.equal_budget or entrant.family not in names
        }
        return cls(tuple(entrants), rules, uncertainty, tuple(searched), Ledger(ids), at_once)

    @property
    def alive(self) -> Mask:
        """Who has entered and is neither eliminated nor dropped, ``[K]``."""
        there = self.entered - self.dropped.keys() - self.eliminated.keys()
        return np.array([index in there for index in range(len(self.entrants))], dtype=bool)

    @property
    def leader(self) -> int:
        """Index of the cheapest survivor so far."""
        return int(leader(differences(self.ledger.cost), self.alive))

    @property
    def decided(self) -> bool:
        """Whether nothing is left to be proved of the survivors."""
        survivors = int(self.alive.sum())
        alone = survivors == 1 and (bool(self.eliminated) or self.ledger.rounds >= _LONE_ROUNDS)
        return alone or bool(self.equal) or survivors == 0

    @property
    def remaining_seconds(self) -> float:
        """What is left of the budget; negative where the last block overran it."""
        return self.rules.budget_seconds - self.costs.spent

    @property
    def window_seconds(self) -> float:
        """Expected wall time of one window."""
        return self.costs.window(self.rules.window_seconds)

    def launch_seconds(self, index: int) -> float:
        """Expected wall time of one launch of a candidate."""
        return self.costs.launch(self.entrants[index].id, self.rules.launch_seconds)

    def round_seconds(self, running: Sequence[int], windows: int) -> float:
        """Expected wall time of a round."""
        launches = sum(self.launch_seconds(index) for index in running)
        return launches + len(running) * windows * self.window_seconds
