"""What a verdict may rest on: the last word after the statistics and the audits (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict, whom it selects (preferred first), and why in a phrase."""

    verdict: Verdict
    selected: tuple[str, ...]
    reason: str


def conclude(verdict: Verdict, selected: Sequence[str], reason: str, unsteady: Collection[str]) -> Conclusion:
    """Take the verdict back where it would rest on the mean of a candidate whose cost still moves.

    A group of equals loses its unsteady members; a single one left over is no longer proved equal to anyone.
    """
    moving = [name for name in selected if name in unsteady]
    if verdict is Verdict.UNDECIDED and unsteady:
        return Conclusion(verdict, (), f"{reason}; not stationary: {', '.join(sorted(unsteady))}")
    if verdict not in {Verdict.WINNER, Verdict.EQUIVALENT} or not moving:
        return Conclusion(verdict, tuple(selected), reason)
    steady = tuple(name for name in selected if name not in unsteady)
    if verdict is Verdict.EQUIVALENT and len(steady) > 1:
        return Conclusion(verdict, steady, f"{reason}; not stationary: {', '.join(moving)}")
    why = f"the cost of {' and '.join(moving)} is not stationary, so its mean decides nothing"
    return Conclusion(Verdict.UNDECIDED, (), why)
