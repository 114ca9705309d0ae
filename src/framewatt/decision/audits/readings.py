"""A series of costs as the audits read it, wherever it was measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.metering.accounting import observations
from framewatt.records import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.records import Measurement
    from framewatt.statistics.arrays import Array


@dataclass(frozen=True, slots=True)
class Reading:
    """One cost per unit, in the order in which it was measured.

    `trial` groups the readings of one process; `block` those of several candidates taken together, None
    where nothing is known of that.
    """

    candidate: str
    value: float
    trial: int = 1
    block: int | None = None


def readings_of(measurements: Sequence[Measurement]) -> list[Reading]:
    """The steady windows that count, in their order: of a repeated one the quiet attempt, else the last.

    Joules per unit; CPU seconds per unit where any window has no energy.
    """
    ordered = sorted(measurements, key=lambda window: window.started)
    steady = [window for window in ordered if window.phase is Phase.STEADY and not window.invalid]
    metered = all(window.joules for window in steady)

    def cost(window: Measurement) -> float:
        return sum(window.joules.values()) if metered else window.usage.cpu_seconds

    return [
        Reading(observation.candidate, observation.cost, observation.trial, observation.block)
        for observation in observations(steady, cost)
        if observation.cost > 0
    ]


def by_candidate(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    """Readings of each candidate, in order."""
    grouped: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        grouped[reading.candidate].append(reading)
    return dict(grouped)


def levelled(readings: Sequence[Reading]) -> dict[str, Array]:
    """Log costs of each candidate without what its blocks had in common with the other candidates.

    In each block the mean departure of the *other* candidates from their own means is taken off, so that a
    drift of the machine is not mistaken for one of the program. Without blocks, plain log costs.
    """
    groups = by_candidate(readings)
    means = {name: np.mean([np.log(reading.value) for reading in series]) for name, series in groups.items()}
    departures: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for reading in readings:
        if reading.block is not None:
            departures[reading.block].append(
                (reading.candidate, float(np.log(reading.value) - means[reading.candidate]))
            )

    def shared(reading: Reading) -> float:
        others = (
            [value for name, value in departures.get(reading.block or 0, []) if name != reading.candidate]
            if reading.block is not None
            else []
        )
        return float(np.mean(others)) if others else 0.0

    return {
        name: np.array([np.log(reading.value) - shared(reading) for reading in series])
        for name, series in groups.items()
    }
