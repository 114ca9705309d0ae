"""Where and when the chosen candidate's work would emit less: rankings added to a document."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from framewatt.carbon.decided import RunFigures
from framewatt.carbon.disclosure.from_decision import boundary_of
from framewatt.carbon.places import elsewhere, starts
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from framewatt.carbon.boundary import Boundary


def with_places(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The document with ``carbon.elsewhere``: the same work in other regions, its own among them.

    Raises:
        BadInput: an unknown region, or nothing was measured.
        GridUnavailable: a live source does not answer.
    """
    rows, warning = elsewhere(_boundary(document), where, own_too=True)
    return {
        **document,
        "carbon": {**document["carbon"], "elsewhere": [row.to_json() for row in rows]},
        "warnings": [*document["warnings"], *([asdict(warning)] if warning else [])],
    }


def with_starts(document: Mapping[str, Any], when: str, duration: timedelta) -> dict[str, Any]:
    """The document with ``carbon.starts``: a job of `duration` begun at other hours.

    Raises:
        BadInput: an unusable table, a region without a forecast, or nothing was measured.
        GridUnavailable: the live source does not answer.
    """
    rows = [row.to_json() for row in starts(_boundary(document), when, duration)]
    return {**document, "carbon": {**document["carbon"], "starts": rows}}


def _boundary(document: Mapping[str, Any]) -> Boundary:
    """The work of the first selected candidate, or of the first measured one."""
    run = RunFigures.from_json(document)
    measured = run.measured()
    if not measured:
        raise BadInput("no candidate of this run has an energy figure: there is nothing to rank")
    return boundary_of(run, measured[0])
