"""Where and when: what the same work would emit in other regions, or at other hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from framewatt.carbon.views import CarbonBasis, basis_for, footprint
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.carbon.sci import Footprint
    from framewatt.records import GridIntensity


@dataclass(frozen=True, slots=True)
class Place:
    """The same work in one region; `relative` is its operational part over the first ranked one's."""

    intensity: GridIntensity
    footprint: Footprint
    relative: float


@dataclass(frozen=True, slots=True)
class Start:
    """The same work begun at `when`, at the mean intensity while it runs."""

    when: datetime
    intensity: Quantity


def rank_places(
    energy: Quantity, seconds: Quantity, basis: CarbonBasis, intensities: Sequence[GridIntensity]
) -> tuple[Place, ...]:
    """Regions by the operational part of the same work there, lowest first; M is the same everywhere.

    A region's own published PUE is used where it has one. Regions whose figure cannot be used (another view's
    kind) are left out.
    """
    found = []
    for intensity in intensities:
        there = basis_for(intensity, basis.hardware, view=basis.view, sharing=basis.sharing)
        result = footprint(energy, seconds, there)
        if result.operational.value is not None:
            found.append((result.operational.value, intensity, result))
    found.sort(key=lambda item: item[0])
    least = found[0][0] if found else 0.0
    return tuple(Place(place, result, grams / least if least else 1.0) for grams, place, result in found)


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
        Start(times[first], _mean(hours[first : first + count], duration, step))
        for first in range(len(hours) - count + 1)
    ]
    return tuple(sorted(starts, key=lambda start: start.intensity.value or 0.0))


def at_hour(basis: CarbonBasis, start: Start) -> CarbonBasis:
    """The basis of a study with a start's intensity in place of its own."""
    if basis.intensity is None:
        raise BadInput("no intensity to replace: give a region first")
    moved = replace(basis.intensity, quantity=start.intensity, when=start.when.isoformat())
    return replace(basis, intensity=moved)


def _mean(window: Sequence[GridIntensity], duration: timedelta, step: timedelta) -> Quantity:
    """Time-weighted: the last figure counts only for as long as the work still runs in it."""
    last = (duration - (len(window) - 1) * step) / step if duration else 1.0
    weights = [1.0] * (len(window) - 1) + [last]
    values = [item.quantity.value or 0.0 for item in window]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    first = window[0].quantity
    return Quantity(mean, first.unit, first.provenance, reason=first.reason)
