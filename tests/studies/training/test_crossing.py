"""When a curve counts as having reached a quality."""

from __future__ import annotations

from itertools import pairwise

import pytest

from framewatt.studies.training.admission.time_to_quality import checkpoints, crossing, reached, steps


def curve(*values: float) -> dict[int, list[float]]:
    return {rounds: [value, value] for rounds, value in enumerate(values, start=1)}


def test_a_crossing_must_last_for_three_checkpoints() -> None:
    assert crossing(curve(0.5, 0.9, 0.7, 0.9, 0.91, 0.92, 0.8), "auc", 0.9, most=50) == 4


def test_a_crossing_at_the_very_end_counts_only_where_no_further_round_is_possible() -> None:
    assert crossing(curve(0.5, 0.8, 0.95), "auc", 0.9, most=50) is None
    assert crossing(curve(0.5, 0.8, 0.95), "auc", 0.9, most=3) == 3


def test_the_mean_over_folds_decides() -> None:
    halves = {1: [0.8, 0.9], 2: [0.85, 0.97], 3: [0.86, 0.97], 4: [0.87, 0.97]}
    assert crossing(halves, "auc", 0.905, most=4) == 2


def test_a_metric_where_less_is_better_crosses_downwards() -> None:
    assert crossing(curve(3, 2, 1, 0.9, 0.8), "rmse", 1.0, most=9) == 3
    assert reached(curve(3, 2, 1, 0.9, 0.95), "rmse") == pytest.approx(1.0)


def test_what_a_curve_reached_is_what_it_kept() -> None:
    assert reached(curve(0.1, 0.99, 0.2, 0.7, 0.75, 0.72), "auc") == pytest.approx(0.7)


def test_checkpoints_are_dense_at_first_and_end_with_the_last_round() -> None:
    found = checkpoints(200)
    assert found[:5] == [1, 2, 3, 4, 5]
    assert found[-1] == 200
    assert all(later <= max(earlier + 1, 1.2 * earlier) for earlier, later in pairwise(found))
    assert checkpoints(1) == [1]


def test_training_lengths_double_up_to_the_most_rounds() -> None:
    assert steps(200) == [12, 25, 50, 100, 200]
    assert steps(1) == [1]
