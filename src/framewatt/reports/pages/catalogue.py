"""Which page a document has, by its schema."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.reports.pages.analysis import analysis_page
from framewatt.reports.pages.check import check_page
from framewatt.reports.pages.comparison import comparison_page
from framewatt.reports.pages.decision import decision_page
from framewatt.reports.pages.doctor import doctor_page
from framewatt.reports.pages.frameworks import conformance_page, frameworks_page
from framewatt.reports.pages.measure import measure_page
from framewatt.reports.pages.plan import plan_page
from framewatt.reports.pages.runs import runs_page
from framewatt.reports.pages.score import score_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from framewatt.records import Json
    from framewatt.reports.page import Page
    from framewatt.reports.pages.reference import Reference

_OF_RUNS: Mapping[str, Callable[[Json, Reference | None], Page]] = {
    "framewatt/decision/1": decision_page,
    "framewatt/compare/1": comparison_page,
    "framewatt/runs/1": runs_page,
}
_OTHERS: Mapping[str, Callable[[Json], Page]] = {
    "framewatt/analyse/1": analysis_page,
    "framewatt/check/1": check_page,
    "framewatt/conformance/1": conformance_page,
    "framewatt/doctor/1": doctor_page,
    "framewatt/frameworks/1": frameworks_page,
    "framewatt/measure/1": measure_page,
    "framewatt/plan/1": plan_page,
    "framewatt/sci/1": score_page,
}


def pages_of(document: Json, reference: Reference | None = None) -> list[Page]:
    """The pages of a document of any schema; several for the studies of one run.

    `reference` is how the reader names the run, where the document is of one; by its path otherwise.

    Raises:
        KeyError: a schema that has no page.
    """
    schema = document["schema"]
    if schema == "framewatt/studies/1":
        return _of_studies(document["studies"], reference)
    if schema in _OF_RUNS:
        return [_OF_RUNS[schema](document, reference)]
    return [_OTHERS[schema](document)]


def _of_studies(studies: Sequence[Json], reference: Reference | None) -> list[Page]:
    """Their pages, whose tables say which study they are of; one run has one set of hints."""
    pages = [page.labelled(stage=study["stage"]) for study in studies for page in pages_of(study, reference)]
    return [replace(page, hints=()) for page in pages[:-1]] + [replace(pages[-1], hints=pages[0].hints)]
