"""How a race stands, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Candidate, Verdict
from framewatt.records.units import format_bytes, format_duration

if TYPE_CHECKING:
    from framewatt.race import Standings


def standing_line(standings: Standings) -> str:
    """Who leads, or what was decided."""
    alive = sum(standing.surviving for standing in standings.candidates)
    if standings.verdict is not Verdict.UNDECIDED:
        return f"{standings.verdict.value}: {', '.join(map(_short, standings.selected))}"
    leader = f"{_short(standings.leader)} leads" if standings.leader else "nobody leads"
    return f"undecided so far: {leader}, {alive} of {len(standings.candidates)} in the race"


def spent_line(standings: Standings, budget_seconds: float) -> str:
    """How much of the budget is used up."""
    return f"{format_duration(standings.spent_seconds)} of {format_duration(budget_seconds)}"


def building_line(environment: str, total_bytes: int) -> str:
    """What is being built, with its weight where that is known."""
    return f"building {environment}" + (f", {format_bytes(total_bytes)}" if total_bytes else "")


def weight_line(environment: str, total_bytes: int) -> str:
    """What is being built and has to be fetched first."""
    return f"building {environment}: {format_bytes(total_bytes)} to download or take from the cache"


def _short(candidate: str) -> str:
    """The framework and version of a candidate's id, which is long."""
    return Candidate.parse(candidate).release
