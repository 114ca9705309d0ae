"""From the windows of commands to their race: costs are net of the null command's in the same block."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.accounting import observations, reserved_joules
from framewatt.metering.power.model import PowerModel
from framewatt.race import Entrant, Race, RaceRules
from framewatt.records import Estimate, Observation
from framewatt.runs.question import NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.race import RatioUncertainty
    from framewatt.records import Measurement
    from framewatt.runs.manifest import Manifest
    from framewatt.runs.question import Question


def command_race(manifest: Manifest, question: Question) -> Race:
    """The race of the commands before its first block."""
    rules = RaceRules(
        seed=question.seed,
        window_seconds=manifest.window_seconds,
        margin=question.margin,
        max_regret=question.max_regret,
        budget_seconds=question.budget_seconds,
        launch_seconds=0.0,
        precision=question.precision,
    )
    entrants = [Entrant(line.id, line.id) for line in manifest.candidates]
    return Race(entrants, rules, _uncertainty(manifest, question))


def net_observations(windows: Sequence[Measurement]) -> list[Observation]:
    """Per unit, less the null command's window of the same block; a block whose null is invalid has none."""
    nulls = {window.block: window for window in windows if window.candidate == NULL}
    spoilt = {block for block, null in nulls.items() if null.invalid}
    kept = [w for w in windows if w.candidate != NULL and w.block not in spoilt]
    less = {null.block: null for null in observations(nulls.values(), reserved_joules)}
    return [_less(own, less.get(own.block)) for own in observations(kept, reserved_joules)]


def null_observations(windows: Sequence[Measurement]) -> list[Observation]:
    """The null command's own, per unit."""
    return observations([window for window in windows if window.candidate == NULL], reserved_joules)


def no_more_than_null(net: Sequence[Observation]) -> str | None:
    """Why commands cannot be compared net of the null command; None where all cost more than it."""
    for window in net:
        if min(window.cost, window.cpu_seconds) <= 0:
            return f"{window.candidate!r} costs no more than the null command beyond its noise"
    return None


def _less(own: Observation, null: Observation | None) -> Observation:
    if null is None:
        return own
    return Observation(
        own.candidate,
        own.trial,
        own.block,
        own.cost - null.cost,
        own.cpu_seconds - null.cpu_seconds,
        own.seconds - null.seconds,
        own.units,
    )


def _uncertainty(manifest: Manifest, question: Question) -> RatioUncertainty | None:
    """How uncertain a ratio of energies is beyond its noise: an estimate's own doubt; none for counters."""
    parameters = manifest.meter.parameters
    model = PowerModel.of_meter(parameters)
    if model is None:
        return None
    command, share = question.by_name, float(parameters["reserved_share"])

    def ratio(a: Observation, b: Observation) -> Estimate:
        same = command[a.candidate] == command[b.candidate]
        runs = (max(a.seconds, 0.0), a.cpu_seconds), (max(b.seconds, 0.0), b.cpu_seconds)
        try:
            return model.ratio(*runs, same_framework=same, share=share)
        except BadInput:
            return Estimate(a.cost / b.cost, 0.0, math.inf)

    return ratio
