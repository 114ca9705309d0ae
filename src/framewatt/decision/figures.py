"""From statistics to Quantities: each figure with its unit, interval, provenance and scope."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.records import Estimate, Provenance, Quantity
from framewatt.statistics.ratios import geometric_means

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.metering.power.model import PowerModel
    from framewatt.records import Usage


def mean_over_trials(per_trial: Mapping[int, Sequence[float]]) -> Estimate | None:
    """The geometric mean over trials of each trial's geometric mean, with its 95 % interval."""
    means = [math.exp(sum(map(math.log, values)) / len(values)) for values in per_trial.values() if values]
    return geometric_means([means])[0] if means else None


def widened(estimate: Estimate, model: Estimate) -> Estimate:
    """Run noise and the power model's own doubt together: independent, so their squares add on logarithms."""

    def spread(end: str) -> float:
        parts = (abs(math.log(getattr(e, end) / e.value)) for e in (estimate, model) if _bounded(e))
        return math.sqrt(sum(part**2 for part in parts))

    return Estimate(
        estimate.value, estimate.value * math.exp(-spread("low")), estimate.value * math.exp(spread("high"))
    )


def _bounded(estimate: Estimate) -> bool:
    return estimate.low > 0 and math.isfinite(estimate.high)


def energy_of_usage(usage: Usage | None, model: PowerModel, missing: str) -> Quantity:
    """What work that was not metered must have drawn, by the power model, in J."""
    if usage is None:
        return Quantity.unknown("J", missing, scope=model.scope)
    energy = model.energy(usage.seconds, usage.cpu_seconds)
    return Quantity.of_estimate(energy, "J", Provenance.ESTIMATED, scope=model.scope)


def grouped(values: Sequence[tuple[int, float]]) -> dict[int, list[float]]:
    """Values by trial number."""
    groups: dict[int, list[float]] = {}
    for trial, value in values:
        groups.setdefault(trial, []).append(value)
    return groups
