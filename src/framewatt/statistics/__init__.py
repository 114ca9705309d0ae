"""Statistics of paired, nested, sequentially watched measurements: pure functions over arrays.

Costs are compared on the logarithmic scale, where launch effects and noise act as factors. Leading batch
dimensions are allowed throughout, so that a simulation runs the very code that judges a race.
"""

from framewatt.statistics.best import (
    Bounds,
    Classes,
    Levels,
    bounds,
    classify,
    regrets,
    student_level,
    to_best,
)
from framewatt.statistics.nested import additive_effects, windows_per_trial
from framewatt.statistics.pairs import PairSums, differences, pooled_variance
from framewatt.statistics.ratios import (
    fieller_ratio,
    geometric_mean,
    geometric_means,
)
from framewatt.statistics.sequential import LookPlan, look_plan
from framewatt.statistics.shape import Modes, outlier, two_modes
from framewatt.statistics.stationarity import Trend, pooled_trend, trend
from framewatt.statistics.two_samples import student_bounds, welch_bounds

__all__ = [
    "Bounds",
    "Classes",
    "Levels",
    "LookPlan",
    "Modes",
    "PairSums",
    "Trend",
    "additive_effects",
    "bounds",
    "classify",
    "differences",
    "fieller_ratio",
    "geometric_mean",
    "geometric_means",
    "look_plan",
    "outlier",
    "pooled_trend",
    "pooled_variance",
    "regrets",
    "student_bounds",
    "student_level",
    "to_best",
    "trend",
    "two_modes",
    "welch_bounds",
    "windows_per_trial",
]
