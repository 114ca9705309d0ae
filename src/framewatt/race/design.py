"""The design of experiment: who runs in the next round, how often, in which order.

A *round* gives each of its candidates one fresh trial; a trial's windows are spread over the round's
blocks, every block in random order, every second one in the reverse of the one before, which cancels a
linear drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.statistics import Levels, LookPlan, look_plan, windows_per_trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.statistics.arrays import Array, Mask


FIRST_WINDOWS = 2
"""Windows of each candidate's first trial, before costs and variances are known."""
PRIOR_VARIANCE_RATIO = 3.0
"""Window over launch variance until the race has measured it: 3.5 % and 2 % per ratio are typical."""
RELIABLE_FREEDOM = 6
"""Degrees of freedom from which the pooled variance is trusted."""
CLEARLY_BEHIND = 0.3
"""Log ratio to the leader from which a candidate rests while the others show how much launches scatter."""
SPENDING_POWER = 1.0
"""Errors are spent as this power of the share of planned rounds: evenly."""
SLOW_LAUNCH = 3.0
"""How many times as long as the others' a launch must take to be a slow one."""
FAIR_SHARE = 2.0
"""How many times its equal share of the time so far a slow launcher's launches may take."""
SEARCH_SHARE = 0.4
"""The most of the budget that the search over settings may take, and of what remains one step of it."""
MOST_ROUNDS = 400
STUDENT_DISCOUNT = 0.87
"""Share of the error that is spent (see `looks`)."""
LOWER_SHARE = 0.5
"""Share of the error that lower limits get, which decide who is beaten; upper ones bound what is lost."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The plan of looks: how the error of lower and of upper limits is spent."""

    lower: LookPlan
    upper: LookPlan

    @property
    def rounds(self) -> int:
        """The last round that the plan foresees."""
        return self.lower.rounds

    def levels(self, rounds: int, *, last: bool) -> Levels:
        """What may be spent after `rounds`; all that is left where it is the `last` look."""
        plans = (plan.final if last else plan.interim for plan in (self.lower, self.upper))
        return Levels(*(float(plan[min(rounds, self.rounds)]) for plan in plans))


def runners(alive: Mask, behind: Array, count: Array, pooled_freedom: Array, hindering: Mask) -> Mask:
    """Who runs in the next round: every survivor, except those that may rest.

    A candidate that lies far behind after its first trial rests until the contenders' launches have shown
    the noise; mostly it is then eliminated without having run again (the idea of optimal computing budget
    allocation: Chen, Lin, Yücesan & Chick 2000, Discrete Event Dynamic Systems 10:251). So does one that
    could cost too little less than the leader to matter: only those in the way of a good selection run on.

    Args:
        alive: ``[..., K]``.
        behind: ``[..., K]``, estimated log ratio to the leader.
        count: ``[..., K]``, rounds run so far.
        pooled_freedom: ``[...]``, of the pooled variance.
        hindering: ``[..., K]``, who is not proved harmless (see `hindrances`).
    """
    unsure = (pooled_freedom < RELIABLE_FREEDOM)[..., None]
    resting = alive & (count > 0) & (behind > CLEARLY_BEHIND) & unsure
    return _unless_alone(alive, _unless_alone(alive, alive & ~resting) & hindering)


def without_slow_launchers(
    running: Mask, count: Array, launch: Array, spent: Array | float, best: Array
) -> Mask:
    """Those `running`, less whoever would eat the budget by its launches; it runs again once that is fair.

    Args:
        running: ``[..., K]``.
        count: ``[..., K]``, rounds run so far.
        launch: ``[..., K]`` or ``[K]``, seconds of each one's launch.
        spent: ``[...]``, seconds so far.
        best: ``[...]``, index of the leader, which never rests.
    """
    launch = np.broadcast_to(launch, running.shape)
    many = running.sum(axis=-1)[..., None]
    others = ((running * launch).sum(axis=-1)[..., None] - launch) / np.maximum(many - 1, 1)
    fair = FAIR_SHARE * np.asarray(spent)[..., None] / np.maximum(many, 1)
    is_best = np.arange(running.shape[-1]) == np.asarray(best)[..., None]
    slow = (count > 0) & ((count + 1) * launch > fair) & (launch > SLOW_LAUNCH * others) & ~is_best
    return _unless_alone(running, running & ~slow)


def hindrances(high: Array, alive: Mask, best: Array, largest: float) -> Mask:
    """Who could be so much cheaper than the `best` that taking that one would lose more than the `largest`.

    Args:
        high: ``[..., K, K]``, upper limits of the differences of log cost.
        alive: ``[..., K]``.
        best: ``[...]``, index of the leader, which counts as one of them.
        largest: A log ratio.
    """
    own = np.take_along_axis(high, np.asarray(best)[..., None, None], axis=-2)[..., 0, :]
    is_best = np.arange(alive.shape[-1]) == np.asarray(best)[..., None]
    return np.asarray(alive & ((own > largest) | is_best))


def _unless_alone(alive: Mask, running: Mask) -> Mask:
    """Those `running`, or all alive where fewer than two are left: a difference needs two."""
    enough = running.sum(axis=-1) >= 2  # noqa: PLR2004 - two
    return np.asarray(np.where(enough[..., None], running, alive))


def round_weight(windows: Array | float) -> Array:
    """Precision of a round relative to one with endlessly many windows per trial."""
    return np.asarray(1 / (1 + PRIOR_VARIANCE_RATIO / np.asarray(windows, float)))


def variance_ratio(
    pair_variance: Array, pair_freedom: Array, window_variance: Array, windows: Array
) -> Array:
    """Window over launch variance as measured, the typical one while that is not reliable.

    Args:
        pair_variance: ``[...]``, pooled variance of a pair's difference at weight 1.
        pair_freedom: ``[...]``, its degrees of freedom.
        window_variance: ``[...]``, between windows of one trial.
        windows: ``[...]``, windows per trial so far, on average.
    """
    trial = np.nan_to_num(pair_variance) / 2 / round_weight(windows)
    launch = np.maximum(trial - window_variance / windows, window_variance / 20)
    measured = np.divide(window_variance, launch, out=np.full_like(launch, 1.0), where=launch > 0)
    return np.where(pair_freedom >= RELIABLE_FREEDOM, measured, PRIOR_VARIANCE_RATIO)


def planned_rounds(remaining: Array | float, launch_cost: Array | float, window_cost: Array | float) -> Array:
    """How many rounds the plan of looks must foresee: what the budget lets two survivors run, and a half."""
    windows = windows_per_trial(launch_cost, window_cost, PRIOR_VARIANCE_RATIO)
    duel = 2 * (np.asarray(launch_cost) + windows * window_cost)
    return np.asarray(np.clip(1 + np.floor(1.5 * np.maximum(remaining, 0) / duel), 6, MOST_ROUNDS))


def looks(candidates: int, rounds: int, confidence: float) -> Looks:
    """The plan of looks for each of the ``candidates - 1`` comparisons with the best (Bonferroni).

    A loser's lower limit decides whether it is beaten, the leader's upper one what may be lost with it; both
    together keep to the error, each to its share (asymmetric boundaries: DeMets & Ware 1982, Biometrika
    69:661).

    With few rounds Student's t moves more from look to look than the normal theory of the plan assumes, which
    costs up to a fifth of the error; that much is held back.
    """
    comparisons = max(candidates - 1, 1)
    error = (1 - confidence) * STUDENT_DISCOUNT / comparisons
    first = 3 if comparisons == 1 else 2
    shares = LOWER_SHARE, 1 - LOWER_SHARE
    # Plans are two-sided and symmetric: each side of one is crossed with half of its error.
    return Looks(*(look_plan(first, rounds, 2 * share * error, SPENDING_POWER) for share in shares))


def legs(running: Sequence[int], anchor: int, cohort_size: int | None) -> tuple[tuple[int, ...], ...]:
    """The round's candidates in groups that fit in memory together; each group holds the anchor."""
    if cohort_size is None or len(running) <= cohort_size:
        return (tuple(running),)
    rest = [index for index in running if index != anchor]
    size = cohort_size - 1
    return tuple((anchor, *rest[start : start + size]) for start in range(0, len(rest), size))


def block_order(members: Sequence[int], seed: int, leg: int, position: int) -> tuple[int, ...]:
    """Members in random order; odd positions within the leg reverse the order before them (A B B A)."""
    shuffled = np.random.default_rng([seed, leg, position // 2]).permutation(np.asarray(members))
    return tuple(int(index) for index in (shuffled[::-1] if position % 2 else shuffled))
