"""One group of runs: ratios with simultaneous intervals, audits, and the verdict they allow (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.decision.audits import Reading, audit_readings, unsteady
from framewatt.decision.conclusion import Conclusion, conclude
from framewatt.errors import BadInput
from framewatt.records import Verdict
from framewatt.statistics import (
    Bounds,
    Levels,
    PairSums,
    bounds,
    classify,
    geometric_mean,
    regrets,
    to_best,
    welch_bounds,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.records import AuditWarning, Estimate
    from framewatt.studies.analyse.table import Run

_FEWEST_RUNS = 2


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What one group of runs says; arrays are in the order of `names`."""

    names: tuple[str, ...]
    runs: tuple[int, ...]
    means: tuple[Estimate, ...]
    to_best: tuple[Estimate, ...]
    limits: Bounds
    conclusion: Conclusion
    warnings: tuple[AuditWarning, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How a group is judged: the margin of equality and the largest regret, as ratios minus one.

    `confidence` is the joint coverage of a group's comparisons with the best.
    """

    margin: float = 0.02
    max_regret: float = 0.05
    confidence: float = 0.95


def compare_group(runs: Sequence[Run], rules: Rules, *, paired: bool, where: str) -> GroupResult:
    """Compare the candidates of one group.

    Raises:
        BadInput: fewer than two candidates, or a candidate that ran once.
    """
    names = tuple(dict.fromkeys(run.candidate for run in runs))
    values = {name: [run.joules for run in runs if run.candidate == name] for name in names}
    _require_repeats(values, where)
    level = (1 - rules.confidence) / (len(names) - 1)
    logs = [np.log(joules) for joules in values.values()]
    limits = _paired(runs, names, level, where) if paired else welch_bounds(logs, level)
    readings = _readings(runs, paired=paired)
    everyone = np.ones(len(names), dtype=bool)
    proved = _proved(limits, names, rules)
    return GroupResult(
        names=names,
        runs=tuple(len(joules) for joules in values.values()),
        means=tuple(geometric_mean(joules, rules.confidence) for joules in values.values()),
        to_best=tuple(to_best(limits, [index], everyone) for index in range(len(names))),
        limits=limits,
        conclusion=conclude(proved, unsteady(readings, rules.margin)),
        warnings=tuple(audit_readings(readings, rules.margin)),
        method="paired by block" if paired else "independent runs (Welch)",
    )


def _require_repeats(values: dict[str, list[float]], where: str) -> None:
    if len(values) < _FEWEST_RUNS:
        raise BadInput(f"{where}: only one candidate ({next(iter(values))!r}); a comparison needs two")
    for name, joules in values.items():
        if len(joules) < _FEWEST_RUNS:
            raise BadInput(f"{where}: {name!r} has one run; without repeats nothing is known of its scatter")


def _paired(runs: Sequence[Run], names: Sequence[str], level: float, where: str) -> Bounds:
    """Student's t on the differences of mean logarithms within blocks, for every pair."""
    sums = PairSums.empty(len(names))
    for block in dict.fromkeys(run.block for run in runs):
        here = [run for run in runs if run.block == block]
        inside = [[run.joules for run in here if run.candidate == name] for name in names]
        present = np.array([bool(joules) for joules in inside])
        effects = np.array([np.log(joules).mean() if joules else 0.0 for joules in inside])
        sums = sums.with_round(effects, present, 1.0)
    apart = np.argwhere(np.triu(sums.count < _FEWEST_RUNS, k=1))
    if len(apart):
        first, second = (names[index] for index in apart[0])
        raise BadInput(f"{where}: {first!r} and {second!r} share fewer than two blocks; leave --block out")
    return bounds(sums, Levels(level, level), borrowed_freedom=0)


def _readings(runs: Sequence[Run], *, paired: bool) -> list[Reading]:
    blocks = {block: number for number, block in enumerate(dict.fromkeys(run.block for run in runs))}
    return [
        Reading(run.candidate, run.joules, trial=1, block=blocks[run.block] if paired else None)
        for run in runs
    ]


def _proved(limits: Bounds, names: Sequence[str], rules: Rules) -> Conclusion:
    margin, max_regret = rules.margin, rules.max_regret
    everyone = np.ones(len(names), dtype=bool)
    classes = classify(limits, everyone, float(np.log1p(margin)))
    loss = np.expm1(regrets(limits, everyone, classes.possible_best, ~np.eye(len(names), dtype=bool)))
    order = [int(index) for index in np.argsort(limits.value[:, 0])]
    equal = [index for index in order if loss[index] <= margin]
    possible = [index for index in order if classes.possible_best[index]]
    best = int(loss.argmin())

    def conclusion(verdict: Verdict, chosen: Sequence[int], reason: str) -> Conclusion:
        most = float(loss[list(chosen)].max())
        named = tuple(names[index] for index in chosen)
        return Conclusion(verdict, named, reason, most if np.isfinite(most) else None)

    if len(possible) == 1 and classes.beaten.sum() == len(names) - 1:
        return conclusion(Verdict.WINNER, possible, f"beats every other beyond a margin of {margin:.3g}")
    if len(equal) > 1 and set(possible) <= set(equal):
        return conclusion(Verdict.EQUIVALENT, equal, f"equal within a margin of {margin:.3g}")
    if loss[best] <= max_regret:
        return conclusion(Verdict.GOOD, [best], f"costs at most {max_regret:.3g} more than whoever is best")
    return conclusion(
        Verdict.UNDECIDED, [best], "the intervals tell them neither apart nor equal: repeat more often"
    )
