"""Where and when: what the same work would emit in other regions, or at other hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from framewatt.carbon.boundary import assess
from framewatt.carbon.intensity import coming_hours, read_hourly_table, resolve_intensity
from framewatt.discovery import discover
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
class PlaceRow:
    """A place as it stands in a document, ``elsewhere``."""

    region: str
    intensity: Quantity
    operational: Quantity
    score: Quantity
    relative: float
    basis: str
    source: str
    year: int | None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """A row of a stored document."""
        figures = {key: Quantity.from_json(row[key]) for key in ("intensity", "operational", "score")}
        return cls(**{**row, **figures})

    def to_json(self) -> dict[str, object]:
        """The row in a document."""
        return {
            "region": self.region,
            "intensity": self.intensity.to_json(),
            "operational": self.operational.to_json(),
            "score": self.score.to_json(),
            "relative": self.relative,
            "basis": self.basis,
            "source": self.source,
            "year": self.year,
        }


@dataclass(frozen=True, slots=True)
class Start:
    """The same work begun at `when`, at the mean intensity while it runs."""

    when: datetime
    intensity: Quantity
    kind: IntensityKind


@dataclass(frozen=True, slots=True)
class StartRow:
    """A start as it stands in a document, ``starts``."""

    when: str
    intensity: Quantity
    operational: Quantity
    score: Quantity

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """A row of a stored document."""
        figures = (Quantity.from_json(row[key]) for key in ("intensity", "operational", "score"))
        return cls(row["when"], *figures)

    def to_json(self) -> dict[str, object]:
        """The row in a document."""
        figures = {"intensity": self.intensity, "operational": self.operational, "score": self.score}
        return {"when": self.when, **{name: figure.to_json() for name, figure in figures.items()}}


def elsewhere(
    boundary: Boundary, where: str, *, own_too: bool = False
) -> tuple[tuple[PlaceRow, ...], AuditWarning | None]:
    """The same work in other regions, and a warning where their figures have different bases.

    Args:
        boundary: The work.
        where: Regions (``FR,PL,aws:eu-north-1``), or a grid source, for all of its regions (``country``).
        own_too: Whether the boundary's own region is ranked among them.

    Raises:
        BadInput: an unknown region, or a source that cannot be listed.
        GridUnavailable: a live source does not answer.
    """
    intensities = [known for name in _regions(where) if (known := resolve_intensity(name))]
    own = boundary.intensity if own_too else None
    if own and own.region not in {known.region for known in intensities}:
        intensities.append(own)
    return place_rows(rank_places(boundary, intensities)), unlike_bases(intensities)


def starts(boundary: Boundary, when: str, duration: timedelta) -> tuple[StartRow, ...]:
    """The same work of `duration` begun at other hours.

    Args:
        boundary: The work, with an intensity.
        when: An hourly CSV file, or a region whose live source forecasts.
        duration: How long the work runs.

    Raises:
        BadInput: an unusable table, or a region without a forecast.
        GridUnavailable: the live source does not answer.
    """
    path = Path(when)
    hours = read_hourly_table(path) if path.suffix == ".csv" else coming_hours(when)
    return start_rows(boundary, rank_starts(hours, duration))


def _regions(where: str) -> list[str]:
    sources = discover("grids")
    if where not in sources:
        return [name.strip() for name in where.split(",")]
    regions = list(sources[where].module.regions())
    if not regions:
        raise BadInput(f"--where {where}: a live source cannot be listed; name its regions")
    return regions


def rank_places(boundary: Boundary, intensities: Sequence[GridIntensity]) -> tuple[Place, ...]:
    """Regions by the operational part of the same work there, lowest first; M is the same everywhere.

    The facility is the same too, unless the region's operator publishes its own PUE. A region whose figure is
    of another kind than the boundary's own (marginal beside average) is left out: the views are never mixed.
    """
    own = boundary.intensity
    scored = []
    for intensity in intensities:
        if own is None or intensity.kind is own.kind:
            footprint = assess(_moved(boundary, intensity)).per_unit
            scored.append((footprint.operational.ends()[0], intensity, footprint))
    scored.sort(key=lambda item: item[0])
    least = scored[0][0] if scored else 0.0
    return tuple(
        Place(intensity, footprint, grams / least if least else 1.0) for grams, intensity, footprint in scored
    )


def place_rows(places: Sequence[Place]) -> tuple[PlaceRow, ...]:
    """The ranking as it stands in a document."""
    return tuple(
        PlaceRow(
            region=place.intensity.region,
            intensity=place.intensity.quantity,
            operational=place.footprint.operational,
            score=place.footprint.score,
            relative=place.relative,
            basis=place.intensity.basis,
            source=place.intensity.source,
            year=place.intensity.year,
        )
        for place in places
    )


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
    ranked = [
        Start(times[first], _mean(hours[first : first + count], duration, step), hours[first].kind)
        for first in range(len(hours) - count + 1)
    ]
    return tuple(sorted(ranked, key=lambda start: start.intensity.value or 0.0))


def start_rows(boundary: Boundary, ranked: Sequence[Start]) -> tuple[StartRow, ...]:
    """The ranking of starts as it stands in a document, with the operational part of each.

    Raises:
        BadInput: the boundary has no intensity that a start's could replace, or one of another kind.
    """
    own = boundary.intensity
    if own is None:
        raise BadInput("no intensity to replace: give a region first")
    if foreign := [start.kind for start in ranked if start.kind is not own.kind]:
        raise BadInput(f"hours of {foreign[0]} intensity beside a score of {own.kind}: kinds are never mixed")
    rows = []
    for start in ranked:
        when = start.when.isoformat()
        intensity = replace(own, quantity=start.intensity, when=when)
        footprint = assess(replace(boundary, intensity=intensity)).per_unit
        rows.append(StartRow(when, start.intensity, footprint.operational, footprint.score))
    return tuple(rows)


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
