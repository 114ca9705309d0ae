"""What runs today: which candidate stands for it, or why none does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Candidate

if TYPE_CHECKING:
    from framewatt.decision.findings import Findings

NO_INCUMBENT = "no incumbent was named: --incumbent says what runs today"
"""Why there is none where none was asked for."""


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The candidate's id, None with the reason where there is none to compare with."""

    id: str | None
    reason: str | None = None


def incumbent_of(findings: Findings) -> Incumbent:
    """The candidate that stands for what runs today: its own framework as shipped, never a stand-in.

    Where a setting was named, or the framework file knows no such entry, it is the candidate that was meant.
    """
    asked = findings.manifest.request.race.incumbent
    if asked is None:
        return Incumbent(None, NO_INCUMBENT)
    lines = [line for line in findings.manifest.candidates if Candidate.parse(line.id).matches(asked)]
    lines = [line for line in lines if line.as_shipped] or lines
    raced = {s.id for s in findings.standings.candidates if s.windows} if findings.standings else set()
    chosen = next((line.id for line in lines if line.id in raced), None)
    if chosen is not None:
        return Incumbent(chosen)
    settled = next((findings.statuses[line.id] for line in lines if line.id in findings.statuses), None)
    why = f": {settled.reason}" if settled else ""
    return Incumbent(None, f"the incumbent {asked!r} was not measured{why}")
