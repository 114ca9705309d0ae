"""A stored decision under another region, machine or view: the same measurements, new carbon figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import CarbonBasis, View, carbon_block, disagreement, footprint
from framewatt.carbon.decided import CandidateFigures, RunFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.records import AuditWarning


def restate(decision: Mapping[str, Any], basis: CarbonBasis) -> dict[str, Any]:
    """A copy of the decision with its ``carbon`` block and every candidate's ``sci`` computed for `basis`.

    Each candidate needs ``energy_per_unit`` (``marginal_energy_per_unit`` for the consequential view) and
    ``seconds_per_unit``; a candidate without them gets an open score with the reason.
    """
    candidates = []
    for row in decision["candidates"]:
        figures = CandidateFigures.from_json(row)
        emitted = footprint(figures.energy_of(basis.view), figures.seconds, basis)
        candidates.append({**row, "sci": emitted.to_json()})
    return {**decision, "candidates": candidates, "carbon": carbon_block(basis)}


def views_warning(run: RunFigures) -> AuditWarning | None:
    """A warning where the two views would choose different candidates of a run, beyond its margin.

    All candidates ran in one place, so the consequential order is that of their marginal energies, whatever
    the intensity. The attributional order is that of the scores, or of reserved energy while those are open.
    """
    raced = [row for row in run.candidates if row.raced]
    scores = {
        row.id: row.footprint.score
        for row in raced
        if row.footprint and row.footprint.score.value is not None
    }
    if run.basis.view is View.ATTRIBUTIONAL and len(scores) == len(raced):
        attributional = scores
    else:
        attributional = {row.id: row.energy_of(View.ATTRIBUTIONAL) for row in raced}
    consequential = {row.id: row.energy_of(View.CONSEQUENTIAL) for row in raced}
    return disagreement(attributional, consequential, run.margin)
