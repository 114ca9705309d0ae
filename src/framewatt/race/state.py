"""What a race knows at a moment. Only `race.py` changes it; schedule, looks and verdict read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from framewatt.race.judgement import Frameworks, leader
from framewatt.race.ledger import Costs, Ledger
from framewatt.race.search import families
from framewatt.statistics import differences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from framewatt.race.answer import Answer
    from framewatt.race.judgement import PairBounds, Ruling
    from framewatt.race.rules import Entrant, RaceRules, RatioUncertainty
    from framewatt.race.search import Family
    from framewatt.statistics.arrays import Array, Mask

REFERENCE_ROUNDS = 3
"""Rounds that a reference runs in: enough for an interval of a ratio to it."""


@dataclass(frozen=True, slots=True)
class Elimination:
    """After which block a candidate was beaten, and in what."""

    block: int
    ground: str


@dataclass(slots=True)
class RaceState:
    """Entrants are named by their index throughout.

    `entered` holds who takes part so far, `dropped` who failed and why. `bounds` is what the last look knew
    of every pair and `ruling` what it proved, None before the first; `answer` is what was proved of
    frameworks and stays proved. `most_points` is how many may enter, which the error is shared among; None
    before the first look.
    """

    entrants: tuple[Entrant, ...]
    rules: RaceRules
    uncertainty: RatioUncertainty | None
    families: tuple[Family, ...]
    frameworks: Frameworks
    ledger: Ledger
    entered: set[int]
    costs: Costs = field(default_factory=Costs)
    dropped: dict[int, str] = field(default_factory=dict)
    eliminated: dict[int, Elimination] = field(default_factory=dict)
    rests_on_cpu: bool = False
    bounds: PairBounds | None = None
    ruling: Ruling | None = None
    answer: Answer | None = None
    most_points: int | None = None
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
            index for index, entrant in enumerate(entrants) if entrant.at_once or entrant.family not in names
        }
        frameworks = Frameworks.named([entrant.family for entrant in entrants])
        return cls(tuple(entrants), rules, uncertainty, tuple(searched), frameworks, Ledger(ids), at_once)

    @property
    def alive(self) -> Mask:
        """Who may still be selected: entered, neither eliminated nor dropped nor a reference, ``[K]``."""
        there = self.entered - self.dropped.keys() - self.eliminated.keys()
        return self._among({index for index in there if not self.entrants[index].reference})

    @property
    def references(self) -> Mask:
        """Who is run to be compared with and has not run often enough for that, ``[K]``."""
        there = {index for index in self.entered - self.dropped.keys() if self.entrants[index].reference}
        return self._among(there) & (self.ledger.cost.appearances < REFERENCE_ROUNDS)

    @property
    def reference(self) -> Mask:
        """Who is only run to be compared with, ``[K]``."""
        return np.array([entrant.reference for entrant in self.entrants], dtype=bool)

    @property
    def has_run(self) -> Mask:
        """Who has run in a finished round and has not failed since, ``[K]``."""
        return (self.ledger.cost.appearances > 0) & ~self._among(set(self.dropped))

    @property
    def leader(self) -> int:
        """Index of the cheapest survivor so far; where cost is estimated, in CPU seconds as well."""
        apart = differences(self.ledger.cost)
        if self.uncertainty is not None:
            apart = np.maximum(apart, differences(self.ledger.cpu))
        return int(leader(apart, self.alive))

    @property
    def level(self) -> Array:
        """Estimated log ratio of everybody's cost to the leader's, NaN where unknown, ``[K]``."""
        return np.asarray(differences(self.ledger.cost)[:, self.leader])

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
        own = self.entrants[index]
        return self.costs.launch(own.id, own.launch_seconds, self.rules.launch_seconds)

    def round_seconds(self, running: Sequence[int], windows: int) -> float:
        """Expected wall time of a round."""
        launches = sum(self.launch_seconds(index) for index in running)
        return launches + len(running) * windows * self.window_seconds

    def _among(self, chosen: AbstractSet[int]) -> Mask:
        return np.array([index in chosen for index in range(len(self.entrants))], dtype=bool)
