"""The statistics against independent implementations and by exact properties."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from framewatt.statistics import (
    Levels,
    PairSums,
    additive_effects,
    bounds,
    classify,
    fieller_ratio,
    geometric_mean,
    geometric_means,
    look_plan,
    pooled_variance,
    regrets,
    student_bounds,
    trend,
    welch_bounds,
    windows_per_trial,
)
from framewatt.statistics.best import Bounds
from framewatt.statistics.sequential import look_rounds

A = [10.2, 9.8, 10.9, 10.1, 10.4, 9.7]
B = [8.1, 8.3, 7.9, 8.8, 8.0, 8.2]


@pytest.mark.parametrize(("intervals", "equal_variances"), [(welch_bounds, False), (student_bounds, True)])
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_two_independent_samples_have_the_interval_of_welch_or_of_student_in_scipy(
    intervals: Callable[[list[list[float]], float], Bounds], level: float, *, equal_variances: bool
) -> None:
    samples = [A, B[:4], [a + 10 * b for a, b in zip(A, B, strict=True)]]
    limits = intervals(samples, level)
    for i, j in itertools.permutations(range(3), 2):
        ends = stats.ttest_ind(samples[i], samples[j], equal_var=equal_variances).confidence_interval(
            1 - level
        )
        assert limits.value[i, j] == pytest.approx(np.mean(samples[i]) - np.mean(samples[j]), rel=1e-12)
        assert (limits.low[i, j], limits.high[i, j]) == pytest.approx((ends.low, ends.high), rel=1e-9)
    assert (np.diag(limits.low) == 0).all()
    assert (np.diag(limits.high) == 0).all()


def test_a_sample_without_scatter_counts_for_its_mean_alone() -> None:
    ends = stats.ttest_1samp(A, 9.0).confidence_interval(0.95)
    limits = welch_bounds([A, [9.0, 9.0, 9.0]], 0.05)
    assert (limits.low[0, 1], limits.high[0, 1]) == pytest.approx((ends.low - 9.0, ends.high - 9.0), rel=1e-9)
    nothing = welch_bounds([[9.0, 9.0], [8.0, 8.0]], 0.05)
    assert nothing.low[0, 1] == nothing.high[0, 1] == 1.0


def test_single_values_say_nothing_of_their_scatter_unless_it_is_given() -> None:
    assert welch_bounds([A, [9.0]], 0.05).high[0, 1] == math.inf
    assert student_bounds([[10.0], [9.0]], 0.05).high[0, 1] == math.inf
    given = student_bounds([[10.0], [9.0]], 0.05, single_variance=0.04)
    assert given.high[0, 1] == pytest.approx(1.0 + stats.t.isf(0.025, 1) * math.sqrt(0.08), rel=1e-12)
    # A single value beside a sample takes over the scatter of that.
    beside = student_bounds([A, [9.0]], 0.05, single_variance=0.04)
    half = stats.t.isf(0.025, 5) * np.std(A, ddof=1) * math.sqrt(1 / 6 + 1)
    assert beside.high[0, 1] - beside.value[0, 1] == pytest.approx(half, rel=1e-12)


def test_the_geometric_mean_has_students_interval_and_none_from_one_value() -> None:
    mean = geometric_mean(A)
    low, high = stats.t.interval(0.95, len(A) - 1, np.log(A).mean(), stats.sem(np.log(A)))
    assert (mean.low, mean.high) == pytest.approx((math.exp(low), math.exp(high)), rel=1e-9)
    assert geometric_mean([3.0]).high == math.inf


def test_a_group_of_one_borrows_its_interval_from_the_others() -> None:
    many, one, empty = geometric_means([A, [5.0], []])
    assert many is not None
    assert one is not None
    assert empty is None
    assert 0 < one.low < 5.0 < one.high < math.inf
    assert many == pytest.approx(geometric_mean(A))


def test_fiellers_limits_are_where_the_t_test_of_a_minus_ratio_times_b_turns() -> None:
    a, b = [0.5, -0.2, 0.9, 0.3, 0.1], [1.9, 2.2, 1.7, 2.4, 2.0]
    ratio = fieller_ratio(a, b)
    assert ratio is not None
    for limit in (ratio.low, ratio.high):
        assert stats.ttest_1samp(np.array(a) - limit * np.array(b), 0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_fieller_knows_no_ratio_to_something_that_may_be_zero() -> None:
    assert fieller_ratio([1.0, 1.1, 0.9], [0.1, -0.1, 0.02]) is None


@pytest.mark.parametrize("values", [A, [5, 4, 3.5, 3, 2.9, 2.8, 2.7], [1, 1, 2, 2, 3, 3, 3, 1, 4]])
def test_a_trends_p_value_is_kendalls_in_scipy(values: list[float]) -> None:
    order = np.arange(len(values))
    tied = len(set(values)) < len(values)
    expected = stats.kendalltau(order, values, method="asymptotic" if tied else "exact").pvalue
    # SciPy's asymptotic form has no continuity correction, so ours is a little larger there.
    assert trend(values).p_value == pytest.approx(expected, abs=0.05 if tied else 1e-12)


def test_repeats_that_fall_from_336_to_19_move_and_noise_does_not() -> None:
    assert trend([336, 210, 120, 60, 30, 19.5, 19.2, 19.0]).moves(margin=0.02)
    assert trend([336, 100, 30, 19]).change < 0.1
    assert not trend(list(np.random.default_rng(1).normal(100, 2, 30))).moves(margin=0.02)


def test_the_error_spent_over_two_looks_is_exact_by_the_bivariate_normal() -> None:
    plan = look_plan(1, 2, 0.05)
    first, second = (-stats.norm.ppf(level / 2) for level in plan.interim[1:])
    both = stats.multivariate_normal(cov=[[1, math.sqrt(0.5)], [math.sqrt(0.5), 1]])
    inside = both.cdf([first, second], lower_limit=[-first, -second])
    assert plan.interim[1] == pytest.approx(0.025, abs=2e-4)
    assert 1 - inside == pytest.approx(0.05, abs=3e-4)


@pytest.mark.parametrize("stop", [7, 25])
def test_no_more_than_the_error_is_spent_wherever_the_budget_ends(stop: int) -> None:
    plan = look_plan(3, 40, 0.05)
    levels = [*plan.interim[:stop], plan.final[stop]]
    walks = np.random.default_rng(7).normal(size=(100_000, stop)).cumsum(axis=1)
    critical = [stats.norm.isf(level / 2) if level > 0 else math.inf for level in levels[1:]]
    crossed = (np.abs(walks / np.sqrt(np.arange(1, stop + 1))) > critical).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=0.0025)


def test_looks_grow_sparse_and_end_at_the_last_round() -> None:
    rounds = look_rounds(3, 200)
    assert rounds[:18] == list(range(3, 21))
    assert rounds[-1] == 200
    assert len(rounds) < 45


def test_the_pooled_variance_is_twice_the_residual_mean_square_of_the_two_way_table() -> None:
    table = np.random.default_rng(3).normal(size=(4, 6))
    sums = PairSums.empty(4)
    for column in table.T:
        sums = sums.with_round(column, np.ones(4, dtype=bool), 1.0)
    residuals = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    variance, freedom = pooled_variance(sums)
    assert freedom == 15
    assert variance == pytest.approx(2 * (residuals**2).sum() / 15, rel=1e-12)
    assert sums.mean[0, 1] == pytest.approx(table[0].mean() - table[1].mean(), abs=1e-12)


def test_two_candidates_have_the_paired_t_interval() -> None:
    sums = PairSums.empty(2)
    for a, b in zip(np.log(A), np.log(B), strict=True):
        sums = sums.with_round(np.array([a, b]), np.array([True, True]), 1.0)
    limits = bounds(sums, Levels(0.05, 0.05))
    expected = stats.ttest_rel(np.log(A), np.log(B)).confidence_interval(0.95)
    assert limits.low[0, 1] == pytest.approx(expected.low, rel=1e-9)
    assert limits.high[0, 1] == pytest.approx(expected.high, rel=1e-9)


def test_lower_and_upper_limits_keep_each_to_its_own_level() -> None:
    sums = PairSums.empty(2)
    for a, b in zip(np.log(A), np.log(B), strict=True):
        sums = sums.with_round(np.array([a, b]), np.array([True, True]), 1.0)
    limits, test = bounds(sums, Levels(0.08, 0.02)), stats.ttest_rel(np.log(A), np.log(B))
    assert limits.low[0, 1] == pytest.approx(test.confidence_interval(0.92).low, rel=1e-9)
    assert limits.high[0, 1] == pytest.approx(test.confidence_interval(0.98).high, rel=1e-9)


def test_a_candidate_that_scatters_unlike_the_others_borrows_next_to_nothing_from_them() -> None:
    table = np.random.default_rng(8).normal(0, 0.02, size=(12, 8))
    table[5] *= 20
    sums = PairSums.empty(12)
    for column in table.T:
        sums = sums.with_round(column, np.ones(12, dtype=bool), 1.0)
    limits = bounds(sums, Levels(0.05, 0.05))

    def half(pair: tuple[int, int], freedom: float) -> float:
        """Student's half-width from the pair's own variance."""
        error = stats.sem(table[pair[0]] - table[pair[1]])
        return float(stats.t.isf(0.025, freedom) * error)

    wild = limits.high[0, 5] - limits.value[0, 5]
    assert half((0, 5), 7.5) < wild <= half((0, 5), 7)


def test_additive_effects_with_gaps_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(5)
    table = rng.normal(size=(3, 5))
    table[1, 2] = table[2, 0] = np.nan
    effects, squares, freedom = additive_effects(table)
    rows, columns = np.nonzero(np.isfinite(table))
    design = np.hstack([np.eye(3)[rows], np.eye(5)[columns]])
    solution, *_ = np.linalg.lstsq(design, table[rows, columns], rcond=None)
    residuals = table[rows, columns] - design @ solution
    assert effects - effects[0] == pytest.approx(solution[:3] - solution[0], abs=1e-9)
    assert squares == pytest.approx((residuals**2).sum(), rel=1e-9)
    assert freedom == 13 - 3 - 5 + 1


def test_windows_per_trial_follow_cost_and_variance() -> None:
    assert windows_per_trial(4.0, 1.0, 1.0) == 2
    assert windows_per_trial(0.01, 1.0, 1.0) == 1
    assert windows_per_trial(1e6, 1.0, 1.0) == 16


def _limits(low: list[list[float]], high: list[list[float]]) -> Bounds:
    lower, upper = np.array(low), np.array(high)
    return Bounds((lower + upper) / 2, lower, upper)


def test_a_candidate_is_beaten_only_beyond_the_margin_of_all_that_may_be_best() -> None:
    limits = _limits(
        [[0, -0.05, -0.5], [-0.03, 0, -0.5], [0.3, 0.01, 0]],
        [[0, 0.03, -0.3], [0.05, 0, -0.01], [0.5, 0.5, 0]],
    )
    classes = classify(limits, np.ones(3, dtype=bool), 0.02)
    assert classes.possible_best.tolist() == [True, True, False]
    assert classes.beaten.tolist() == [False, False, False]


def test_who_may_still_be_the_best_is_not_beaten_however_sure_its_lower_limit() -> None:
    # Lower limits at a looser level than upper ones: 0.03 above the other, and perhaps below it.
    limits = Bounds(
        np.array([[0, -0.3], [0.3, 0]]), np.array([[0, -0.57], [0.03, 0]]), np.array([[0, 0.02], [0.62, 0]])
    )
    classes = classify(limits, np.ones(2, dtype=bool), 0.02)
    assert classes.possible_best.tolist() == [True, True]
    assert not classes.beaten.any()


def test_candidates_within_the_margin_of_each_other_lose_no_more_than_that() -> None:
    limits, both = _limits([[0, -0.015], [-0.01, 0]], [[0, 0.01], [0.015, 0]]), np.ones(2, dtype=bool)
    possible = classify(limits, both, 0.02).possible_best
    assert possible.all()
    assert regrets(limits, both, possible, ~np.eye(2, dtype=bool)).tolist() == [0.01, 0.015]
