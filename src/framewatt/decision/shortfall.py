"""How far the best of them came where nobody could be selected, and which bound to loosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.records import Status
from framewatt.records.units import significant
from framewatt.workload.metrics import SMALLER_IS_BETTER, is_worse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.findings import Findings

_DIFFERS = "differs from the oracle"
"""In the reason of whoever computes something else."""


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
    value, metric = best.quality.figure.value or 0.0, str(best.quality.by)
    enough = _rounded(value, 4, up=metric in SMALLER_IS_BETTER)
    told = significant(value, 4)
    return f"the best {metric} was {told} ({best.name}): --quality {enough}, or leave it out"


def _parity(rows: Sequence[CandidateRow]) -> str | None:
    wrong = [row for row in rows if row.status is Status.INFEASIBLE and _DIFFERS in str(row.reason)]
    off = [(row.parity.figure.value, row.name) for row in wrong if row.parity.figure.value is not None]
    if not off:
        return None
    error, name = min(off)
    within = _rounded(error, 2, up=True)
    return (
        f"the closest outputs, {name}'s, differ by {within} of their scale: --tolerance {within}, or --labels"
    )


def _rounded(value: float, digits: int, *, up: bool) -> str:
    """A bound that the value keeps: with so many digits that count, rounded to the side that lets it pass."""
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits) if value else 1.0
    steps = math.ceil(value / unit) if up else math.floor(value / unit)
    return f"{steps * unit:.{digits}g}"
