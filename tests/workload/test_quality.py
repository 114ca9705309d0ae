"""Task quality against definitions written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from framewatt.errors import BadInput
from framewatt.workload import metrics as quality

RNG = np.random.default_rng(0)
SCORES = RNG.standard_normal((200, 10))
LABELS = RNG.integers(0, 10, 200)


def test_accuracy_counts_the_samples_whose_largest_score_is_at_the_label() -> None:
    by_hand = sum(
        max(range(10), key=row.__getitem__) == label for row, label in zip(SCORES, LABELS, strict=True)
    )
    assert quality.score("accuracy", SCORES, LABELS) == pytest.approx(by_hand / 200)


def test_labels_in_a_column_mean_the_same_as_labels_in_a_row() -> None:
    for metric in ("accuracy", "top5"):
        row, column = (quality.score(metric, SCORES, labels) for labels in (LABELS, LABELS[:, None]))
        assert row == column


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_predicted_classes_and_probabilities_are_rounded(shape: tuple[int, ...]) -> None:
    predicted = np.array([0.1, 0.9, 0.6, 0.4]).reshape(shape)
    assert quality.score("accuracy", predicted, np.array([0, 1, 0, 0])) == 0.75


def test_accuracy_over_tokens_counts_each_token() -> None:
    scores = np.eye(3)[[[0, 1], [2, 2]]]
    assert quality.score("accuracy", scores, np.array([[0, 1], [2, 0]])) == 0.75


def test_top5_counts_labels_among_the_five_largest_scores() -> None:
    by_hand = sum(
        label in sorted(range(10), key=row.__getitem__)[5:] for row, label in zip(SCORES, LABELS, strict=True)
    )
    assert quality.score("top5", SCORES, LABELS) == pytest.approx(by_hand / 200)


def test_rmse_is_the_root_of_the_mean_square() -> None:
    predicted, labels = np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 4.0, 7.0])
    assert quality.score("rmse", predicted, labels) == pytest.approx(np.sqrt(20 / 3))
    assert quality.is_worse("rmse", 2.0, 1.0)
    assert not quality.is_worse("rmse", 1.0, 2.0)


@pytest.mark.parametrize(
    ("metric", "outputs", "labels", "told"),
    [
        ("f1", SCORES, LABELS, "known: accuracy, top5, rmse"),
        ("accuracy", SCORES, LABELS[:10], "10 labels, but there are 200 samples"),
        ("accuracy", SCORES, np.eye(10)[LABELS], "does not fit"),
        ("top5", SCORES, np.eye(10)[LABELS], "does not fit"),
        ("rmse", SCORES, LABELS, "does not fit"),
        ("accuracy", SCORES, np.array(["cat"] * 200), "does not fit"),
    ],
)
def test_labels_that_do_not_fit_are_refused_with_both_shapes(
    metric: str, outputs: np.ndarray, labels: np.ndarray, told: str
) -> None:
    with pytest.raises(BadInput, match="--") as refused:
        quality.score(metric, outputs, labels)
    assert told in str(refused.value)


def test_auc_is_the_chance_that_a_positive_outranks_a_negative() -> None:
    labels = (RNG.random(300) > 0.7).astype(float)
    scores = np.round(labels + RNG.standard_normal(300), 1)
    independent = stats.mannwhitneyu(scores[labels > 0], scores[labels == 0]).statistic
    expected = independent / (labels.sum() * (1 - labels).sum())
    assert quality.score("auc", scores, labels) == pytest.approx(expected)
    assert quality.score("auc", np.stack([-scores, scores], axis=1), labels) == pytest.approx(expected)
    with pytest.raises(BadInput, match="both classes must occur"):
        quality.score("auc", scores, np.ones(300))


def test_log_loss_is_the_mean_surprise_at_the_label() -> None:
    table = np.array([[0.9, 0.1], [0.2, 0.8]])
    expected = -(np.log(0.9) + np.log(0.2)) / 2
    assert quality.score("log_loss", table, np.array([0, 0])) == pytest.approx(expected)
    assert quality.score("log_loss", table[:, 1], np.array([0, 0])) == pytest.approx(expected)


def test_r2_is_the_squared_correlation_of_a_least_squares_fit() -> None:
    x, noise = RNG.standard_normal(50), RNG.standard_normal(50)
    fit = stats.linregress(x, x + noise)
    predicted = fit.intercept + fit.slope * x
    assert quality.score("r2", predicted, x + noise) == pytest.approx(fit.rvalue**2)
    assert quality.score("mae", predicted, predicted + 2) == pytest.approx(2)


@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
def test_what_is_no_number_misses_every_bound(metric: str) -> None:
    assert quality.is_worse(metric, np.nan, 0.5)
    assert not quality.is_worse(metric, 0.5, 0.5)


@pytest.mark.parametrize(("metric", "value"), [("accuracy", 0.97778), ("rmse", 0.123456), ("r2", -1.23456)])
def test_a_quality_within_reach_is_kept_by_what_was_reached_and_hardly_less(
    metric: str, value: float
) -> None:
    bound = float(quality.within_reach(metric, value))
    assert not quality.is_worse(metric, value, bound)
    assert bound == pytest.approx(value, rel=1e-3)
