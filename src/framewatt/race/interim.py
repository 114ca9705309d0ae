"""What one look knows of every pair: run-to-run bounds, the model's uncertainty, CPU seconds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from framewatt.race.judgement import PairBounds, widened
from framewatt.records import Observation
from framewatt.statistics import bounds

if TYPE_CHECKING:
    from framewatt.race.state import RaceState
    from framewatt.statistics import Levels
    from framewatt.statistics.arrays import Array


_INTERVAL_95 = 1.959963984540054


def pair_bounds(state: RaceState, levels: Levels) -> PairBounds:
    """What the rounds so far say of every pair, at nominal levels per comparison."""
    cost, cpu = bounds(state.ledger.cost, levels), bounds(state.ledger.cpu, levels)
    if state.uncertainty is None:
        return PairBounds(cost, cost, cpu)
    below, above = model_half_widths(state)
    scale = model_quantile(len(state.entrants), state.rules.confidence) / _INTERVAL_95
    return PairBounds(cost, widened(cost, below * scale, above * scale), cpu)


def model_quantile(candidates: int, confidence: float) -> float:
    """The normal quantile for the model's error of a log ratio, simultaneous over all pairs.

    The model does not become more certain with more rounds, so its error is spent once, not per look. Who
    is best depends on that error itself, so all pairs count, not only those with one best.
    """
    pairs = max(candidates * (candidates - 1) // 2, 1)
    return -float(special.ndtri((1 - confidence) / pairs / 2))


def model_half_widths(state: RaceState) -> tuple[Array, Array]:
    """The model's 95 % half-widths of every log ratio, below and above, ``[K, K]``; 0 where not yet run."""
    size = len(state.entrants)
    below, above = np.zeros((size, size)), np.zeros((size, size))
    means = [mean_observation(state.ledger.observations[index]) for index in range(size)]
    for i, first in enumerate(means):
        for j, second in enumerate(means):
            if i != j and first is not None and second is not None and state.uncertainty is not None:
                ratio = state.uncertainty(first, second)
                below[i, j] = math.log(ratio.value / ratio.low) if ratio.low > 0 else math.inf
                above[i, j] = math.log(ratio.high / ratio.value)
    return below, above


def mean_observation(observations: list[Observation]) -> Observation | None:
    """Geometric means per unit over a candidate's windows; units add up."""
    if not observations:
        return None
    last = observations[-1]
    return Observation(
        candidate=last.candidate,
        trial=last.trial,
        block=last.block,
        cost=_mean([window.cost for window in observations]),
        cpu_seconds=_mean([window.cpu_seconds for window in observations]),
        seconds=_mean([window.seconds for window in observations]),
        units=sum(window.units for window in observations),
    )


def _mean(values: list[float]) -> float:
    if min(values) <= 0:
        return sum(values) / len(values)
    return math.exp(sum(map(math.log, values)) / len(values))
