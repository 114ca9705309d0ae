"""How far a study is, in lines: a step with its remaining time, and how the race stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Candidate, Verdict
from framewatt.records.units import format_bytes, format_duration
from framewatt.reports.figures import percent, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.race import Standings

_MINUTE = 60
_SHOWN = 2
"""So many frameworks are named behind the leader."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a study: so many of its parts are done, `began` by the watcher's clock."""

    what: str
    done: int
    total: int
    began: float
    limit_seconds: float | None = None

    def line(self, now: float) -> str:
        """``preparing frameworks: 3 of 9, about 40 s left (at most 15 min)``."""
        parts = [f"{self.what}: {self.done} of {self.total}"]
        if self.done:
            left = (now - self.began) / self.done * (self.total - self.done)
            parts.append(f"about {whole_seconds(left)} left")
        limit = f" (at most {whole_seconds(self.limit_seconds)})" if self.limit_seconds else ""
        return ", ".join(parts) + limit

    def ended(self, now: float) -> str:
        """What is left of it when it has ended."""
        return f"{self.what}: {self.done} of {self.total}, {whole_seconds(now - self.began)}"


def standing_line(standings: Standings) -> str:
    """Who leads and how close the next are, or what was decided."""
    if standings.leader is None:
        return "nobody leads yet"
    lost = f", at most {percent(standings.regret)} dearer" if standings.regret else ""
    if standings.verdict is not Verdict.UNDECIDED:
        return f"{standings.verdict.value}: {', '.join(map(short_name, standings.selected))}{lost}"
    parts = [f"{short_name(standings.leader)} leads{lost}", *_rivals(standings, standings.leader)]
    return "; ".join(parts)


def _rivals(standings: Standings, leader: str) -> Iterator[str]:
    """The next cheapest, such as ``openvino 1.04×``, and how many are ruled out."""
    frameworks = standings.frameworks
    own = {candidate.family for candidate in standings.candidates if candidate.id == leader}
    ratios = {
        short_name(framework.best): framework.cpu_ratio_to_best or framework.ratio_to_best
        for framework in frameworks
        if framework.surviving and framework.best != leader and framework.family not in own
    }
    known = [(ratio.value, name) for name, ratio in ratios.items() if ratio is not None]
    if known:
        yield ", ".join(f"{name} {times(ratio)}×" for ratio, name in sorted(known)[:_SHOWN])
    if ruled_out := sum(not framework.surviving for framework in frameworks):
        yield f"{ruled_out} of {len(frameworks)} ruled out"


def spent_line(standings: Standings, budget_seconds: float) -> str:
    """How much of the race's own budget is used up."""
    return f"{whole_seconds(standings.spent_seconds)} of {whole_seconds(budget_seconds)}"


def building_line(environment: str, done_bytes: int, total_bytes: int) -> str:
    """What is being built, with how much of its weight has arrived, where that is known."""
    if not total_bytes:
        return f"building {environment}"
    return f"building {environment}: {format_bytes(done_bytes)} of {format_bytes(total_bytes)}"


def short_name(candidate: str) -> str:
    """The framework of a candidate's id, which is long; a command stays as it is."""
    try:
        return Candidate.parse(candidate).framework
    except ValueError:
        return candidate


def whole_seconds(seconds: float) -> str:
    """A duration without fractions: what is left of a race needs none."""
    whole = math.ceil(seconds) if seconds < 1 else round(seconds)
    return f"{max(whole, 0)} s" if whole < _MINUTE else format_duration(whole).removesuffix(" 0 s")
