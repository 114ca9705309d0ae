"""What a candidate's own series of costs gives away: drift, warm-up, two modes, an outlier, no scatter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.decision.audits.readings import Reading, by_candidate, levelled
from framewatt.records import AuditWarning
from framewatt.statistics import outlier, pooled_trend, student_level, trend, two_modes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics import Trend
    from framewatt.statistics.arrays import Array

_LEVEL = 0.005
_FEWEST_TRIALS = 4


def audit_readings(readings: Sequence[Reading], margin: float = 0.02) -> list[AuditWarning]:
    """All warnings about series of costs, candidate by candidate.

    Args:
        readings: In the order in which they were measured.
        margin: What the comparison calls equal: a smaller movement is not worth a warning.
    """
    level = levelled(readings)
    warnings = []
    for name, series in by_candidate(readings).items():
        own = (
            _moving(name, series, level[name], margin),
            _first_windows(name, series, level[name], margin),
            _modes(name, level[name], margin),
            _outlying_trial(name, series, level[name], margin),
            _identical(name, series),
        )
        warnings += [warning for warning in own if warning is not None]
    return warnings


def unsteady(readings: Sequence[Reading], margin: float = 0.02) -> set[str]:
    """Candidates whose costs still move, so that their mean says nothing."""
    level = levelled(readings)
    groups = by_candidate(readings).items()
    return {name for name, series in groups if _moving(name, series, level[name], margin)}


def _moving(name: str, series: Sequence[Reading], level: Array, margin: float) -> AuditWarning | None:
    """Drift over the whole series, or within trials (a cache that warms up again after every launch)."""
    raw = np.array([math.log(reading.value) for reading in series])
    overall = _both(trend(np.exp(level).tolist()), trend(np.exp(raw).tolist()), margin)
    if overall:
        return AuditWarning(
            "non-stationary",
            f"its cost moves by a factor of {overall.change:.3g} from the first to the last repeat "
            f"({series[0].value:.3g} to {series[-1].value:.3g}): a mean of it says nothing",
            "warm up longer, or repeat until the cost has settled, and measure again",
            name,
        )
    trials = [reading.trial for reading in series]
    within = _both(pooled_trend(_split(level, trials)), pooled_trend(_split(raw, trials)), margin)
    if within:
        return AuditWarning(
            "non-stationary",
            f"its cost moves by a factor of {within.change:.3g} within a launch: it is still warming up",
            "warm up longer before the first window",
            name,
        )
    return None


def _both(own: Trend, raw: Trend, margin: float) -> Trend | None:
    """The trend if it stands against the other candidates' and in the plain series alike."""
    same_way = (own.change - 1) * (raw.change - 1) > 0
    return own if own.moves(margin, _LEVEL) and raw.moves(margin, 10 * _LEVEL) and same_way else None


def _first_windows(name: str, series: Sequence[Reading], level: Array, margin: float) -> AuditWarning | None:
    groups = [group for group in _split(level, [reading.trial for reading in series]) if len(group) > 2]  # noqa: PLR2004 - a first and a rest
    if len(groups) < _FEWEST_TRIALS:
        return None
    steps = np.array([group[0] - group[1:].mean() for group in groups])
    error = steps.std(ddof=1) / math.sqrt(len(steps))
    beyond = abs(steps.mean()) > float(student_level(_LEVEL, len(steps) - 1)) * error
    if not beyond or abs(steps.mean()) <= math.log1p(margin):
        return None
    return AuditWarning(
        "first-window",
        f"the first window of a launch costs {math.exp(steps.mean()):.3g} times the others",
        "warm up longer before the first window",
        name,
    )


def _modes(name: str, level: Array, margin: float) -> AuditWarning | None:
    modes = two_modes(level)
    if modes is None or modes.apart <= math.log1p(margin):
        return None
    return AuditWarning(
        "bimodal",
        f"its windows fall into two groups a factor of {math.exp(modes.apart):.3g} apart "
        f"({modes.low_count} cheap, {modes.high_count} dear): something switches between two states",
        "look for turbo states, CPU placement, memory layout or a background job; fix it and measure again",
        name,
    )


def _outlying_trial(name: str, series: Sequence[Reading], level: Array, margin: float) -> AuditWarning | None:
    trials = sorted({reading.trial for reading in series})
    means = np.array([group.mean() for group in _split(level, [reading.trial for reading in series])])
    index = outlier(means, _LEVEL)
    if index is None:
        return None
    apart = float(means[index] - np.delete(means, index).mean())
    if abs(apart) <= math.log1p(margin):
        return None
    return AuditWarning(
        "outlier-trial",
        f"trial {trials[index]} costs {math.exp(apart):.3g} times the others; it is kept in the figures",
        "see what else ran then, or raise the budget so that more trials weigh against it",
        name,
    )


def _identical(name: str, series: Sequence[Reading]) -> AuditWarning | None:
    values = {reading.value for reading in series}
    if len(series) == 1 or len(values) > 1:
        return None
    return AuditWarning(
        "identical-repeats",
        f"all its {len(series)} repeats are exactly {series[0].value:.6g}: real ones scatter, so its "
        "interval says nothing",
        "see whether values were copied, rounded or read from a counter that stood still",
        name,
    )


def _split(level: Array, trials: Sequence[int]) -> list[Array]:
    numbers = np.asarray(trials)
    return [level[numbers == trial] for trial in sorted(set(trials))]
