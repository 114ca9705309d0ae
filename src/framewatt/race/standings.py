"""Where a race stands: the verdict so far and every candidate's figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.records import Estimate, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate. Estimates are None before its first window; an unknown end is 0 or infinite.

    `cost` and `cpu_seconds` are geometric means over trials per unit of R, each with its own 95 % interval.
    The ratios to the best are simultaneous over candidates and valid at the stopping time.
    """

    id: str
    family: str
    settings: Mapping[str, str]
    equal_budget: bool
    trials: int
    windows: int
    entered: bool
    eliminated_at: int | None
    dropped: bool
    reason: str | None
    cost: Estimate | None
    cpu_seconds: Estimate | None
    ratio_to_best: Estimate | None
    cpu_ratio_to_best: Estimate | None

    @property
    def surviving(self) -> bool:
        """Still in the race."""
        return self.entered and self.eliminated_at is None and not self.dropped


@dataclass(frozen=True, slots=True)
class FrameworkStanding:
    """One framework, by the best of its raced settings: `best` is that candidate.

    Its ratios are to the cheapest of all frameworks, whatever the settings; None before it has run.
    """

    family: str
    best: str
    surviving: bool
    ratio_to_best: Estimate | None
    cpu_ratio_to_best: Estimate | None


@dataclass(frozen=True, slots=True)
class SettingStanding:
    """Which setting of the framework that was taken: `candidates` are those that it may be, that one first.

    `regret` is the most that it may cost more than the best of them, as a ratio minus one; None: not known.
    """

    verdict: Verdict
    candidates: tuple[str, ...]
    regret: float | None


@dataclass(frozen=True, slots=True)
class Standings:
    """The race as it stands; `verdict` is UNDECIDED until something is proved.

    `selected` holds one candidate a framework, cheapest first: the winner, the equal group, or whoever leads.
    `regret` is the most that those may cost more than the best of all other frameworks, in `decided_on`, as a
    ratio minus one; None where that is not known. `budget_needed_seconds` is the whole budget that would
    decide an undecided race, or None with `budget_reason`; with both, the least budget for a comparison.
    """

    verdict: Verdict
    decided_on: str
    selected: tuple[str, ...]
    regret: float | None
    reason: str
    setting: SettingStanding | None
    frameworks: tuple[FrameworkStanding, ...]
    candidates: tuple[Standing, ...]
    over: bool
    blocks: int
    spent_seconds: float
    budget_needed_seconds: float | None
    budget_reason: str | None

    @property
    def leader(self) -> str | None:
        """Who is selected, or leads."""
        return self.selected[0] if self.selected else None

    def candidate(self, candidate_id: str) -> Standing:
        """One candidate's standing."""
        return next(standing for standing in self.candidates if standing.id == candidate_id)

    @property
    def equal_budget_ranking(self) -> tuple[str, ...]:
        """Candidates at the equal budget, cheapest first: frameworks under the same conditions."""
        return self._ranked([standing for standing in self.candidates if standing.equal_budget])

    @property
    def best_settings_ranking(self) -> tuple[str, ...]:
        """Each framework's best candidate, cheapest framework first: frameworks as well as they can do."""
        return tuple(framework.best for framework in self.frameworks if framework.ratio_to_best)

    def _ranked(self, standings: list[Standing]) -> tuple[str, ...]:
        measured = [standing for standing in standings if not standing.dropped and standing.ratio_to_best]
        return tuple(standing.id for standing in sorted(measured, key=_level))


def _level(standing: Standing) -> float:
    unknown = standing.ratio_to_best is None or standing.dropped
    return math.inf if unknown or standing.ratio_to_best is None else standing.ratio_to_best.value
