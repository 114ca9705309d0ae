"""What is proved so far: of frameworks, each by the best of its raced settings, and then of the settings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race.answer import Answer, SettingAnswer
from framewatt.race.judgement import agreed_loss
from framewatt.records import Verdict
from framewatt.statistics import classify, regrets

if TYPE_CHECKING:
    from framewatt.race.state import RaceState
    from framewatt.statistics import Bounds
    from framewatt.statistics.arrays import Array, Mask

_LONE_ROUNDS = 3
"""Trials of a framework without rivals: enough for an interval."""


def answer_of(state: RaceState, *, precise: bool = True) -> Answer | None:
    """What the last look proved about frameworks; None while nothing is.

    `precise` says whether ratios are known as well as the rules want them.
    """
    alive = state.alive
    if not alive.any():
        return None
    present = int(state.frameworks.having(alive).sum())
    if present == 1:
        return _alone(state)
    ruling = state.ruling
    if ruling is None:
        return None
    for equal, by_cpu in ((ruling.equal, False), (ruling.equal_by_cpu, True)):
        if equal.any():
            loss = ruling.loss_by_cpu if by_cpu else ruling.loss
            points = _representatives(state, equal, loss)
            return Answer(Verdict.EQUIVALENT, points, float(loss[list(points)].max()), by_cpu)
    loss, by_cpu = losses(state)
    best = least_loss(state, loss)
    if precise and loss[best] <= state.rules.log_regret:
        return Answer(Verdict.GOOD, (best,), float(loss[best]), by_cpu)
    return None


def losses(state: RaceState) -> tuple[Array, bool]:
    """The most that each survivor's framework may cost more than the best of all others, as log ratios.

    And whether in CPU seconds: where only those prove enough.
    """
    nothing = np.full(len(state.entrants), np.inf)
    if state.ruling is None:
        return nothing, False
    own = np.where(state.alive, state.ruling.loss, np.inf)
    cpu = np.where(state.alive, state.ruling.loss_by_cpu, np.inf)
    if own.min() <= state.rules.log_regret or cpu.min() >= own.min():
        return own, False
    return cpu, True


def least_loss(state: RaceState, loss: Array) -> int:
    """Who may lose least: the leader among those that may lose as little."""
    return state.leader if loss[state.leader] <= loss.min() else int(loss.argmin())


def setting_of(state: RaceState, point: int) -> SettingAnswer:
    """Which setting of the framework that `point` stands for, as well as it is known."""
    raced = ~state.frameworks.apart[point] & state.has_run & ~state.reference
    siblings = raced & state.alive
    if raced.sum() < 2 or not siblings[point]:  # noqa: PLR2004 - a choice
        return SettingAnswer(Verdict.UNCONTESTED, (point,), 0.0)
    if siblings.sum() == 1:
        return _last_setting(state, point, raced)
    loss = sibling_losses(state, siblings)
    order = sorted((int(at) for at in np.flatnonzero(siblings)), key=lambda at: (at != point, loss[at]))
    if all(loss[at] <= state.rules.log_margin for at in order):
        return SettingAnswer(Verdict.EQUIVALENT, tuple(order), float(loss[point]))
    if loss[point] <= state.rules.log_regret:
        return SettingAnswer(Verdict.GOOD, (point,), float(loss[point]))
    return SettingAnswer(Verdict.UNDECIDED, tuple(order), float(loss[point]))


def settings_stand_apart(state: RaceState, point: int) -> bool:
    """Whether no time would tell settings: by the estimate one is better, by CPU seconds another."""
    if state.bounds is None or not state.bounds.modelled:
        return False
    own = np.flatnonzero(~state.frameworks.apart[point] & state.alive & state.has_run)
    worse = np.maximum(state.bounds.cost.value, state.bounds.cpu.value)[np.ix_(own, own)]
    return bool(worse.max(axis=1).min() > state.rules.log_regret)


def _last_setting(state: RaceState, point: int, raced: Mask) -> SettingAnswer:
    """The only setting that is left: its siblings are dearer than the best of all, which may be another's."""
    answer = state.answer
    if answer and answer.verdict in {Verdict.WINNER, Verdict.UNCONTESTED}:
        return SettingAnswer(Verdict.WINNER, (point,), 0.0)
    loss = float(sibling_losses(state, raced)[point])
    loss = min(loss, answer.loss) if answer else loss
    if loss <= 0:
        return SettingAnswer(Verdict.WINNER, (point,), 0.0)
    good = loss <= state.rules.log_regret
    return SettingAnswer(Verdict.GOOD if good else Verdict.UNDECIDED, (point,), loss)


def sibling_losses(state: RaceState, siblings: Mask) -> Array:
    """The most that each of one framework's points may cost more than the best of them."""
    if state.bounds is None:
        return np.full(len(siblings), np.inf)
    others = ~np.eye(len(siblings), dtype=bool)

    def loss(bounds: Bounds) -> Array:
        possible = classify(bounds, siblings, 0.0).possible_best
        return regrets(bounds, siblings, possible, others)

    if not state.bounds.modelled:
        return loss(state.bounds.full)
    both = loss(state.bounds.cost), loss(state.bounds.cpu)
    return agreed_loss(both, state.bounds.cost.value, siblings, others, state.rules.log_tolerated)


def _alone(state: RaceState) -> Answer | None:
    """One framework is left: it has beaten others, or there never were any."""
    alive = state.alive
    own = state.frameworks.having(alive)
    beaten = [at for at in state.eliminated if not (state.frameworks.member[at] & own).any()]
    if not beaten and state.ledger.rounds < _LONE_ROUNDS:
        return None
    if not beaten:
        return Answer(Verdict.UNCONTESTED, (state.leader,), math.inf, by_cpu=False)
    return Answer(Verdict.WINNER, (state.leader,), 0.0, state.rests_on_cpu)


def _representatives(state: RaceState, equal: Mask, loss: Array) -> tuple[int, ...]:
    """Of each framework that has equal points the one that may lose least; cheapest framework first."""
    chosen = []
    for members in state.frameworks.member.T:
        own = np.flatnonzero(members & equal)
        if len(own):
            chosen.append(int(own[loss[own].argmin()]))
    level = state.level
    return tuple(sorted(chosen, key=lambda at: float(level[at])))


def best_setting(state: RaceState, answer: Answer) -> int:
    """The point to take of the framework that was proved: of those good enough, who may lose least."""
    point = answer.points[0]
    own = state.alive & state.has_run & ~state.frameworks.apart[point]
    loss, _ = losses(state)
    enough = own & (loss <= max(state.rules.log_regret, answer.loss))
    if not enough.any():
        return point
    among = np.where(enough, sibling_losses(state, own), np.inf)
    return int(among.argmin()) if np.isfinite(among.min()) else point
