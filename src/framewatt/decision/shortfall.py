"""How far the best of them came where nobody could be selected, and which bound to loosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Status
from framewatt.records.units import significant
from framewatt.workload.metrics import is_worse, within_reach
from framewatt.workload.parity import DIFFERS, tolerance_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.findings import Findings


def shortfall(rows: Sequence[CandidateRow], findings: Findings) -> str | None:
    """The nearest miss as a phrase; None where nobody came near a bound, or somebody kept all of them."""
    if findings.conclusion.selected:
        return None
    missed = _quality(rows, findings) or _parity(rows)
    if missed:
        return missed
    near = next((row for row in rows if row.status is Status.INFEASIBLE and row.reason), None)
    return f"{near.name}: {near.reason}" if near else None


def _quality(rows: Sequence[CandidateRow], findings: Findings) -> str | None:
    bound = findings.manifest.request.work.quality
    judged = [row for row in rows if row.quality.by and row.quality.figure.value is not None]
    if bound is None or not judged:
        return None
    best = judged[0]
    for row in judged[1:]:
        if is_worse(str(row.quality.by), best.quality.figure.value or 0.0, row.quality.figure.value or 0.0):
            best = row
    reached = best.quality.figure.value or 0.0
    enough = within_reach(str(best.quality.by), reached)
    return (
        f"the best {best.quality.by} was {significant(reached, 4)} ({best.name}): "
        f"--quality {enough}, or leave it out"
    )


def _parity(rows: Sequence[CandidateRow]) -> str | None:
    wrong = [row for row in rows if row.status is Status.INFEASIBLE and DIFFERS in str(row.reason)]
    errors = [(row.parity.figure.value, row.name) for row in wrong]
    off = [(error, name) for error, name in errors if error is not None and error < 1]
    if not off:
        return None
    error, name = min(off)
    return (
        f"the closest outputs, {name}'s, differ by {significant(error, 2)} of their scale: "
        f"--tolerance {tolerance_for(error)}, or --labels"
    )
