"""Latencies as workers count them: logarithmic bins that are 1 % wide, so that windows can be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.stats import binom

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BIN_GROWTH = 1.01
"""Bin i counts the queries that took about ``1.01**i`` nanoseconds."""


def merge(histograms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The sum of several windows' counts."""
    merged: dict[int, int] = {}
    for histogram in histograms:
        for index, count in histogram.items():
            merged[index] = merged.get(index, 0) + count
    return merged


def percentile(histogram: Mapping[int, int], percent: float) -> float | None:
    """The latency in seconds that `percent` of the queries did not exceed; None without queries."""
    total = sum(histogram.values())
    passed = 0
    for index in sorted(histogram):
        passed += histogram[index]
        if passed >= total * percent / 100:
            return bin_seconds(index)
    return None


def bin_seconds(index: int) -> float:
    """The latency in seconds that a bin stands for."""
    return float(BIN_GROWTH**index) * 1e-9


def percentile_interval(
    histogram: Mapping[int, int], percent: float, confidence: float = 0.95
) -> tuple[float | None, float | None]:
    """Ends in seconds of the interval of a percentile; None where there are too few queries to bound it.

    Order statistics: the number of queries below the true percentile is binomial (Conover, Practical
    Nonparametric Statistics, 3rd ed., section 3.2).
    """
    total = sum(histogram.values())
    if not total:
        return None, None
    tail = (1 - confidence) / 2
    low = int(binom.ppf(tail, total, percent / 100))
    high = int(binom.ppf(1 - tail, total, percent / 100)) + 1
    return _ranked(histogram, low) if low >= 1 else None, _ranked(histogram, high) if high <= total else None


def _ranked(histogram: Mapping[int, int], rank: int) -> float:
    passed = 0
    for index in sorted(histogram):
        passed += histogram[index]
        if passed >= rank:
            return bin_seconds(index)
    raise ValueError(f"rank {rank} of {passed} queries")
