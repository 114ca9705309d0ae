"""Two levels of variation: windows within trials, trials within a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from framewatt.statistics.arrays import Array


MOST_WINDOWS = 16


def windows_per_trial(
    launch_cost: Array | float, window_cost: Array | float, variance_ratio: Array | float
) -> Array:
    """How many windows to measure in each fresh process before launching the next.

    The optimum of Kalibera & Jones (2013, section 6.2): ``sqrt(cost of launching / cost of a window *
    variance between windows / variance between launches)``, rounded, from 1 to `MOST_WINDOWS`.

    Args:
        launch_cost: Cost of a fresh process until its first window, in any unit.
        window_cost: Cost of a window, in the same unit.
        variance_ratio: Variance between windows of one trial over variance between trials.
    """
    best = np.sqrt(np.asarray(launch_cost) / np.asarray(window_cost) * np.asarray(variance_ratio))
    return np.asarray(np.clip(np.rint(best), 1, MOST_WINDOWS))


def additive_effects(table: Array) -> tuple[Array, float, int]:
    """Row effects of an additive two-way table with gaps, by least squares.

    Args:
        table: ``[rows, columns]`` (candidates x blocks), NaN where nothing was measured.

    Returns:
        ``(effects, residual sum of squares, residual freedom)``; a row without any entry has effect NaN,
        effects are relative to each other, up to one constant per table.
    """
    measured = np.isfinite(table)
    rows, columns = measured.any(axis=1), measured.any(axis=0)
    effects, filled = np.zeros(len(table)), np.where(measured, table, 0.0)
    levels = np.zeros(table.shape[1])
    per_row, per_column = np.maximum(measured.sum(axis=1), 1), np.maximum(measured.sum(axis=0), 1)
    for _ in range(1000):
        levels = ((filled - effects[:, None]) * measured).sum(axis=0) / per_column
        update = ((filled - levels) * measured).sum(axis=1) / per_row
        done = np.abs(update - effects).max(initial=0.0) < 1e-13  # noqa: PLR2004 - convergence of logarithms
        effects = update
        if done:
            break
    residuals = (filled - effects[:, None] - levels) * measured
    freedom = int(measured.sum() - rows.sum() - columns.sum() + 1)
    return np.where(rows, effects, np.nan), float((residuals**2).sum()), max(freedom, 0)
