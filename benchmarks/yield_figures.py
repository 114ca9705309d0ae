"""What ``yield.py`` counts: yields, ratios and savings from rows of results, each beside its goal (pure)."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ADMITTED = ("measured", "eliminated")
FRAMEWORK_YIELD = 0.95
ANSWER_YIELD = 0.90
REGRET = 0.05
SECONDS_TO_STANDINGS = 20.0
COST_CLASSES = ((100e-6, 1.03), (10e-6, 1.10))
"""CPU seconds per inference by hand from which on a limit of the ratio holds."""
SAVING = 2.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure beside its goal; None: nothing was there to count."""

    name: str
    told: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One framework on one model: whether it runs by hand, and how it ended in framewatt."""

    model: str
    framework: str
    by_hand: bool
    status: str
    reason: str | None
    by_hand_reason: str | None

    @property
    def lost(self) -> bool:
        """It runs by hand, and framewatt did not admit it."""
        return self.by_hand and self.status not in ADMITTED


@dataclass(frozen=True, slots=True)
class Answer:
    """What a user gets: the verdict, the bound of its regret (a share), and when (seconds)."""

    model: str
    verdict: str
    selected: bool
    regret: float | None
    seconds_to_standings: float | None
    seconds: float

    @property
    def useful(self) -> bool:
        """It selects, and what is selected costs at most a twentieth more than the best."""
        return self.selected and self.regret is not None and self.regret <= REGRET


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds per inference of one framework's plain loop, and the median ratio of framewatt's to it."""

    model: str
    framework: str
    by_hand: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Saving:
    """How many times dearer than the best a framework is as shipped, in CPU time; None: it was not raced."""

    model: str
    best: str
    factors: Mapping[str, float | None]


def status_of(framework: str, candidates: Iterable[Mapping[str, Any]]) -> tuple[str, str | None]:
    """How a framework ended in a decision: as the luckiest of its candidates, with that one's reason."""
    rows = [row for row in candidates if row["framework"] == framework]
    if not rows:
        return "absent", None
    best = min(rows, key=lambda row: ADMITTED.index(row["status"]) if row["status"] in ADMITTED else 2)
    return str(best["status"]), best["reason"]


def savings_in(document: Mapping[str, Any], frameworks: Sequence[str]) -> dict[str, float | None]:
    """How many times the CPU time of the selected candidate each framework needs as it is shipped."""
    costs = {row["id"]: row["cpu_seconds_per_unit"]["value"] for row in document["candidates"]}
    best = costs.get(next(iter(document["selected"]), None))
    shipped = {row["framework"]: costs[row["id"]] for row in document["candidates"] if row.get("as_shipped")}
    return {name: shipped[name] / best if best and shipped.get(name) else None for name in frameworks}


def framework_goal(pairs: Sequence[Pair]) -> Goal:
    """Of those that run by hand, how many framewatt runs."""
    by_hand = [pair for pair in pairs if pair.by_hand]
    kept = sum(not pair.lost for pair in by_hand)
    name = f"framework yield, at least {FRAMEWORK_YIELD:.0%}"
    return _share(name, kept, len(by_hand), FRAMEWORK_YIELD)


def answer_goals(answers: Sequence[Answer]) -> list[Goal]:
    """Useful answers, and how long people wait for the first standings and for the end."""
    useful = sum(answer.useful for answer in answers)
    waits = [answer.seconds_to_standings for answer in answers if answer.seconds_to_standings is not None]
    slowest = max(waits, default=0.0)
    told = f"at most {slowest:.0f} s, median {statistics.median(waits):.0f} s" if waits else "none"
    whole = f"median {statistics.median(a.seconds for a in answers):.0f} s" if answers else "none"
    fast = len(waits) == len(answers) and slowest <= SECONDS_TO_STANDINGS
    return [
        _share(f"answer yield, at least {ANSWER_YIELD:.0%}", useful, len(answers), ANSWER_YIELD),
        Goal(f"to first standings, at most {SECONDS_TO_STANDINGS:.0f} s", told, fast if answers else None),
        Goal("to the end", whole, None),
    ]


def cost_goals(costs: Sequence[Cost]) -> list[Goal]:
    """The median ratio to the plain loop in each class of duration."""
    goals, above = [], float("inf")
    for least, limit in COST_CLASSES:
        ratios = [cost.ratio for cost in costs if least <= cost.by_hand < above]
        name = f"CPU time over the plain loop's above {least * 1e6:.0f} us, at most {limit:.2f}"
        median = statistics.median(ratios) if ratios else None
        told = f"median {median:.3f}, worst {max(ratios):.3f} of {len(ratios)}" if median else "none"
        goals.append(Goal(name, told, None if median is None else median <= limit))
        above = least
    return goals


def saving_goals(savings: Sequence[Saving]) -> list[Goal]:
    """The median saving against each framework as shipped."""
    goals = []
    for framework in sorted({name for saving in savings for name in saving.factors}):
        factors = [value for saving in savings if (value := saving.factors.get(framework)) is not None]
        median = statistics.median(factors) if factors else None
        told = f"median {median:.2f} times over {len(factors)} models" if median else "none"
        name = f"saving against {framework} as shipped, at least {SAVING:.0f} times"
        goals.append(Goal(name, told, None if median is None else median >= SAVING))
    return goals


def _share(name: str, count: int, of: int, least: float) -> Goal:
    told = f"{count} of {of} ({count / of:.0%})" if of else "none"
    return Goal(name, told, count / of >= least if of else None)
