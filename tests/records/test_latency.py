"""Percentiles from binned latencies, against NumPy and SciPy on the raw ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from framewatt.records import latency
from framewatt.worker.python.framewatt_worker.operations import Operations

SECONDS = np.random.default_rng(0).lognormal(mean=-7, sigma=0.8, size=5003)


def histogram(seconds: np.ndarray) -> dict[int, int]:
    """As the worker counts them."""
    operations = Operations(pytest)
    answered = np.concatenate([[0], np.cumsum((seconds * 1e9).astype(np.int64))])
    operations._answered.frombytes(answered.tobytes())
    return dict(operations.op_latencies({})["counts"])


@pytest.mark.parametrize("percent", [1, 50, 90, 99, 99.9])
def test_a_percentile_lies_within_half_a_bin_of_the_raw_one(percent: float) -> None:
    found = latency.percentile(histogram(SECONDS), percent)
    raw = np.percentile(SECONDS, percent, method="inverted_cdf")
    assert found == pytest.approx(raw, rel=0.0051)


def test_windows_merge_into_what_one_long_window_would_have_counted() -> None:
    halves = [histogram(SECONDS[:1000]), histogram(SECONDS[1000:])]
    assert Counter(latency.merge(halves)) == Counter(histogram(SECONDS))


def test_without_queries_a_percentile_is_unknown() -> None:
    assert latency.percentile({}, 99) is None
    assert latency.percentile_interval({}, 99) == (None, None)


def test_too_few_queries_cannot_bound_a_high_percentile_from_above() -> None:
    low, high = latency.percentile_interval(histogram(SECONDS[:50]), 99)
    assert low is not None
    assert high is None


def test_an_interval_of_a_percentile_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    truth = stats.lognorm(s=0.8, scale=np.exp(-7)).ppf(0.9)
    covered = 0
    for _ in range(200):
        counts = histogram(rng.lognormal(-7, 0.8, 400))
        low, high = latency.percentile_interval(counts, 90)
        covered += (low or 0) * 0.995 <= truth <= (high or np.inf) * 1.005
    assert covered >= stats.binom.ppf(0.001, 200, 0.95)
