"""Where and when: what the same work would emit in other regions, or at other hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from framewatt.carbon.boundary import assess
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.carbon.boundary import Boundary
    from framewatt.carbon.sci import Footprint
    from framewatt.records import GridIntensity, IntensityKind


@dataclass(frozen=True, slots=True)
class Place:
    """The same work in one region, per unit of R; `relative` its operational part over the lowest."""

    intensity: GridIntensity
    footprint: Footprint
    relative: float


@dataclass(frozen=True, slots=True)
class Start:
    """The same work begun at `when`, at the mean intensity while it runs."""

    when: datetime
    intensity: Quantity
    kind: IntensityKind


def rank_places(boundary: Boundary, intensities: Sequence[GridIntensity]) -> tuple[Place, ...]:
    """Regions by the operational part of the same work there, lowest first; M is the same everywhere.

    The facility is the same too, unless the region's operator publishes its own PUE. A region whose figure is
    of another kind than the boundary's own (marginal beside average) is left out: the views are never mixed.
    """
    own = boundary.intensity
    found = []
    for intensity in intensities:
        if own is None or intensity.kind is own.kind:
            result = assess(_moved(boundary, intensity)).per_unit
            found.append((result.operational.ends()[0], intensity, result))
    found.sort(key=lambda item: item[0])
    least = found[0][0] if found else 0.0
    return tuple(Place(place, result, grams / least if least else 1.0) for grams, place, result in found)


def place_rows(places: Sequence[Place]) -> list[dict[str, Any]]:
    """The ranking as it stands in a document, ``elsewhere``."""
    return [
        {
            "region": place.intensity.region,
            "intensity": place.intensity.quantity.to_json(),
            "operational": place.footprint.operational.to_json(),
            "score": place.footprint.score.to_json(),
            "relative": place.relative,
            "basis": place.intensity.basis,
            "source": place.intensity.source,
            "year": place.intensity.year,
        }
        for place in places
    ]


def unlike_bases(intensities: Sequence[GridIntensity]) -> AuditWarning | None:
    """A warning where a ranking sets figures of different bases side by side, else None."""
    bases = sorted({item.basis for item in intensities})
    if len(bases) < 2:  # noqa: PLR2004 - one basis is comparable with itself
        return None
    return AuditWarning(
        code="unlike-bases",
        message=f"regions are compared on different bases: {'; '.join(bases)}",
        remedy="compare regions of one source, or read small differences as none",
    )


def rank_starts(hours: Sequence[GridIntensity], duration: timedelta) -> tuple[Start, ...]:
    """Starting times of a job of `duration` by the mean intensity while it runs, lowest first.

    Args:
        hours: Consecutive figures of one region, each with `when` set, evenly spaced.
        duration: How long the work runs; starts that would outlast the figures are left out.

    Raises:
        BadInput: fewer than two figures, gaps between them, or a duration longer than they reach.
    """
    times = [datetime.fromisoformat(item.when) for item in hours if item.when]
    if len(times) != len(hours) or len(times) < 2:  # noqa: PLR2004 - a step needs two
        raise BadInput("hours cannot be ranked: at least two figures with their time are needed")
    step = times[1] - times[0]
    if step <= timedelta(0) or any(after - before != step for before, after in pairwise(times)):
        raise BadInput("hours cannot be ranked: the figures are not evenly spaced and rising in time")
    count = max(1, -(-duration // step))
    if count > len(hours):
        raise BadInput(f"a job of {duration} is longer than the {len(hours) * step} that the figures cover")
    starts = [
        Start(times[first], _mean(hours[first : first + count], duration, step), hours[first].kind)
        for first in range(len(hours) - count + 1)
    ]
    return tuple(sorted(starts, key=lambda start: start.intensity.value or 0.0))


def start_rows(boundary: Boundary, starts: Sequence[Start]) -> list[dict[str, Any]]:
    """The ranking of starts as it stands in a document, ``starts``, with the operational part of each.

    Raises:
        BadInput: the boundary has no intensity that a start's could replace, or one of another kind.
    """
    own = boundary.intensity
    if own is None:
        raise BadInput("no intensity to replace: give a region first")
    if foreign := [start.kind for start in starts if start.kind is not own.kind]:
        raise BadInput(f"hours of {foreign[0]} intensity beside a score of {own.kind}: kinds are never mixed")
    rows = []
    for start in starts:
        intensity = replace(own, quantity=start.intensity, when=start.when.isoformat())
        found = assess(replace(boundary, intensity=intensity)).per_unit
        rows.append(
            {
                "when": start.when.isoformat(),
                "intensity": start.intensity.to_json(),
                "operational": found.operational.to_json(),
                "score": found.score.to_json(),
            }
        )
    return rows


def _moved(boundary: Boundary, intensity: GridIntensity) -> Boundary:
    components = boundary.components
    if intensity.pue is not None:
        components = tuple(replace(item, pue=intensity.pue) for item in components)
    return replace(boundary, components=components, intensity=intensity)


def _mean(window: Sequence[GridIntensity], duration: timedelta, step: timedelta) -> Quantity:
    """Time-weighted: the last figure counts only for as long as the work still runs in it."""
    last = (duration - (len(window) - 1) * step) / step if duration else 1.0
    weights = [1.0] * (len(window) - 1) + [last]
    values = [item.quantity.value or 0.0 for item in window]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    first = window[0].quantity
    return Quantity(mean, first.unit, first.provenance, reason=first.reason)
