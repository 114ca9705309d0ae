"""What to do next where a decision leaves something open, most useful first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.decision.frameworks import Place
from framewatt.records import Provenance, Status, Verdict
from framewatt.records.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.decision.findings import Findings
    from framewatt.decision.frameworks import FrameworkRow
    from framewatt.records import AuditWarning

WORTH_WAITING = 1800.0
"""Seconds of a --budget beyond which nobody is told to wait for it."""
WORTH_THINNING = 0.7
"""With more than this share of them left, a smaller race is hardly a shorter one."""
_BUSY = {"foreign-load", "steal", "noisy-windows", "throttling"}


def remedies_of(
    frameworks: Sequence[FrameworkRow],
    findings: Findings,
    budget: float | None,
    warnings: Sequence[AuditWarning],
) -> list[str]:
    """Sentences; `budget` is the ``--budget`` in s that would decide, None where none is known to."""
    verdict = findings.conclusion.verdict
    if verdict is Verdict.UNDECIDED:
        return list(_undecided(frameworks, findings, budget, warnings))
    if verdict in {Verdict.NONE, Verdict.UNCONTESTED}:
        return list(_thinned(frameworks, findings))
    return []


def _undecided(
    frameworks: Sequence[FrameworkRow],
    findings: Findings,
    budget: float | None,
    warnings: Sequence[AuditWarning],
) -> Iterator[str]:
    let_go = [row.name for row in frameworks if row.status is Status.ELIMINATED and row.place is Place.FAILED]
    if let_go:
        yield f"give {', '.join(let_go)} the time, or leave others out with --frameworks"
    if any(warning.code in _BUSY for warning in warnings):
        yield "race again on a quiet machine: others worked beside this race"
    if budget is not None and budget <= WORTH_WAITING:
        yield f"a --budget of about {format_duration(budget)} should settle it"
    raced = [row for row in frameworks if row.place is not Place.FAILED]
    open_ = [row for row in raced if row.place is Place.MAYBE]
    if 1 < len(open_) <= WORTH_THINNING * len(raced):
        names = ",".join(_typed(row, frameworks) for row in open_)
        yield f"race only those that may be the best: --frameworks {names}"
    if findings.manifest.meter.provenance is Provenance.ESTIMATED:
        yield "a machine with an energy counter measures what is estimated here: framewatt doctor"


def _typed(row: FrameworkRow, frameworks: Sequence[FrameworkRow]) -> str:
    """What `--frameworks` takes for it: its version, too, where two versions raced."""
    versions = sum(other.framework == row.framework for other in frameworks)
    return row.framework if versions == 1 else row.key.replace("@", "==")


def _thinned(frameworks: Sequence[FrameworkRow], findings: Findings) -> Iterator[str]:
    failed = [row for row in frameworks if row.status is Status.FAILED]
    if failed:
        yield f"see why {failed[0].name} failed: framewatt report latest --details"
    if findings.manifest.request.candidates.frameworks == "default":
        yield "let the larger frameworks try too: --frameworks all"
