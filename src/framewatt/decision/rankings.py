"""Where and when the chosen candidate's work would emit less: rankings added to a document."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.carbon.disclosure.from_decision import boundary_of
from framewatt.carbon.intensity import coming_hours, read_hourly_table, resolve_intensity
from framewatt.carbon.places import place_rows, rank_places, rank_starts, start_rows, unlike_bases
from framewatt.discovery import discover
from framewatt.errors import BadInput
from framewatt.records import GridIntensity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from framewatt.carbon.boundary import Boundary


def with_places(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The document with ``carbon.elsewhere``: the same work in other regions, its own among them.

    Args:
        document: A decision document.
        where: Regions (``FR,PL,aws:eu-north-1``), or a grid source, for all of its regions (``country``).

    Raises:
        BadInput: an unknown region, or nothing was measured.
        GridUnavailable: a live source does not answer.
    """
    boundary, own = _boundary(document), GridIntensity.from_json(document["carbon"])
    found = [item for name in _regions(where) if (item := resolve_intensity(name))]
    if own and own.region not in {item.region for item in found}:
        found.append(own)
    warning = unlike_bases(found)
    return {
        **document,
        "carbon": {**document["carbon"], "elsewhere": place_rows(rank_places(boundary, found))},
        "warnings": [*document["warnings"], *([asdict(warning)] if warning else [])],
    }


def with_starts(document: Mapping[str, Any], when: str, duration: timedelta) -> dict[str, Any]:
    """The document with ``carbon.starts``: a job of `duration` begun at other hours.

    Args:
        document: A decision document with an intensity.
        when: An hourly CSV file, or a region whose live source forecasts.
        duration: How long the work runs.

    Raises:
        BadInput: an unusable table, a region without a forecast, or nothing was measured.
        GridUnavailable: the live source does not answer.
    """
    path = Path(when)
    hours = read_hourly_table(path) if path.suffix == ".csv" else coming_hours(when)
    rows = start_rows(_boundary(document), rank_starts(hours, duration))
    return {**document, "carbon": {**document["carbon"], "starts": rows}}


def _regions(where: str) -> list[str]:
    sources = discover("grids")
    if where not in sources:
        return [name.strip() for name in where.split(",")]
    regions = list(sources[where].module.regions())
    if not regions:
        raise BadInput(f"--where {where}: a live source cannot be listed; name its regions")
    return regions


def _boundary(document: Mapping[str, Any]) -> Boundary:
    measured = [row["id"] for row in document["candidates"] if row["energy_per_unit"]["value"] is not None]
    chosen = next((name for name in document["selected"] if name in measured), None)
    if not measured:
        raise BadInput("no candidate of this run has an energy figure: there is nothing to rank")
    return boundary_of(document, chosen or measured[0])
