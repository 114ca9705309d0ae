"""Shapes that a mean hides: two modes, an outlier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.statistics.best import student_level

if TYPE_CHECKING:
    from framewatt.statistics.arrays import Array

_FEWEST_FOR_MODES = 16
_SMALLEST_SHARE = 0.2
_SEPARATION = 5.5
_FEWEST_FOR_OUTLIER = 4


@dataclass(frozen=True, slots=True)
class Modes:
    """Two groups of values: how far their means are apart, and how many values each has."""

    apart: float
    low_count: int
    high_count: int


def two_modes(values: Array) -> Modes | None:
    """Whether values fall into two groups with nothing between them; None where they do not.

    The split is the one that leaves the least scatter within (Otsu 1979, IEEE Trans. SMC 9:62); it counts
    when the distance of the means is 5.5 times the root mean variance within (Ashman, Bird & Zepf 1994,
    Astron. J. 108:2348, ask for 2, which any split of one mode reaches), with a fifth of at least sixteen
    values on each side.
    """
    ordered = np.sort(np.asarray(values, float))
    count = len(ordered)
    if count < _FEWEST_FOR_MODES:
        return None
    fewest = max(2, math.ceil(_SMALLEST_SHARE * count))
    splits = range(fewest, count - fewest + 1)
    at = min(splits, key=lambda cut: ordered[:cut].var() * cut + ordered[cut:].var() * (count - cut))
    low, high = ordered[:at], ordered[at:]
    apart = float(high.mean() - low.mean())
    within = math.sqrt((low.var(ddof=1) + high.var(ddof=1)) / 2)
    return Modes(apart, len(low), len(high)) if apart > _SEPARATION * within else None


def outlier(values: Array, level: float) -> int | None:
    """Index of the one value that lies beyond what the others' scatter explains, or None.

    Grubbs (1950, Ann. Math. Stat. 21:27), two-sided at `level`; from four values on.
    """
    values = np.asarray(values, float)
    count = len(values)
    if count < _FEWEST_FOR_OUTLIER or values.std() == 0:
        return None
    scores = np.abs(values - values.mean()) / values.std(ddof=1)
    quantile = float(student_level(level / count, count - 2))
    critical = (count - 1) / math.sqrt(count) * math.sqrt(quantile**2 / (count - 2 + quantile**2))
    return int(scores.argmax()) if scores.max() > critical else None
