"""What is fixed before a race: who enters, and by which rules it is run and judged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from framewatt.records import Estimate, Observation

if TYPE_CHECKING:
    from collections.abc import Mapping

RatioUncertainty = Callable[[Observation, Observation], Estimate]
"""The model's estimate of cost A / cost B with its 95 % interval, from each candidate's mean observation."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate as the race sees it.

    Entrants of one `family` are one framework with different `settings`: at the `equal_budget` or not. Who
    `begins` enters at once, the others when the search over settings reaches them; one `as_shipped` is no
    point of that search. A `reference` is run to be compared with, and can be neither selected nor the best.
    `launch_seconds` is what a launch of it has taken before the race, None: not known.
    """

    id: str
    family: str
    settings: Mapping[str, str] = field(default_factory=dict)
    equal_budget: bool = True
    begins: bool | None = None
    as_shipped: bool = False
    reference: bool = False
    launch_seconds: float | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is there from the first round; by default those at the equal budget are."""
        return self.equal_budget if self.begins is None else self.begins


@dataclass(frozen=True, slots=True)
class RaceRules:
    """How a race is run and judged.

    Args:
        seed: Of every random order.
        window_seconds: Planned length of a window.
        margin: Ratio minus one up to which two candidates count as equal.
        max_regret: Ratio minus one that a selection may cost more than the best; proving it ends the race. 0:
            only a winner or equals do.
        budget_seconds: Wall time for launches and windows.
        confidence: Joint coverage of all comparisons with the best, over all looks.
        objective_decides_on: What `Observation.cost` is: ``energy``, ``carbon`` or ``cpu_seconds``.
        cohort_size: The most candidates that fit in memory together, or None for all; from 2.
        launch_seconds: What a launch is expected to cost before any was measured.
        precision: Half-width (a ratio minus one) to which a loser's ratio to the best is to be known before
            it leaves; None lets it leave as soon as it is beaten.
    """

    seed: int
    window_seconds: float
    margin: float = 0.02
    max_regret: float = 0.05
    budget_seconds: float = 180.0
    confidence: float = 0.95
    objective_decides_on: str = "energy"
    cohort_size: int | None = None
    launch_seconds: float = 2.0
    precision: float | None = None

    def __post_init__(self) -> None:
        """Refuse rules under which no race can be run."""
        if not 0 <= self.margin < 1:
            raise ValueError(f"the margin must lie in 0..1, not {self.margin}")
        if not 0 <= self.max_regret < 1:
            raise ValueError(f"the largest regret must lie in 0..1, not {self.max_regret}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"the confidence must lie between 0 and 1, not {self.confidence}")
        if self.budget_seconds <= 0 or self.window_seconds <= 0:
            raise ValueError("budget and window must be longer than 0 s")
        if self.cohort_size is not None and self.cohort_size < 2:  # noqa: PLR2004 - an anchor and another
            raise ValueError("a cohort holds at least two candidates: the anchor and another")

    @property
    def log_margin(self) -> float:
        """The margin on the logarithmic scale."""
        return math.log1p(self.margin)

    @property
    def log_regret(self) -> float:
        """The largest regret on the logarithmic scale; below every regret where none is allowed."""
        return math.log1p(self.max_regret) if self.max_regret else -math.inf

    @property
    def log_tolerated(self) -> float:
        """How much dearer an estimate may call what is cheapest in CPU seconds, on the logarithmic scale."""
        return max(self.log_regret, self.log_margin)
