"""What a verdict may rest on: the last word after the statistics and the audits (pure)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from framewatt.records import Quantity, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from framewatt.records import Provenance


_NO_REGRET = {
    Verdict.UNCONTESTED: "there was no rival to be better",
}
_RESTS_ON_MEANS = {Verdict.WINNER, Verdict.GOOD, Verdict.EQUIVALENT}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict, whom it selects (preferred first; who leads, where nothing is proved), and why in a phrase.

    `regret` is the most that the selected may cost more than the best, as a ratio minus one; None: not known.
    """

    verdict: Verdict
    selected: tuple[str, ...]
    reason: str
    regret: float | None = None


def conclude(proved: Conclusion, unsteady: Collection[str], let_go: Collection[str] = ()) -> Conclusion:
    """Take a verdict back where it would rest on the mean of a candidate whose cost still moves.

    A group of equals loses its unsteady members; a single one left over is no longer proved equal to anyone.
    Nobody is without rivals whose rivals were only `let_go` before they were measured.
    """
    verdict, selected = proved.verdict, proved.selected
    if verdict is Verdict.UNCONTESTED and let_go:
        why = f"its rivals were let go before they were measured: {', '.join(sorted(let_go))}"
        return Conclusion(Verdict.UNDECIDED, selected, why)
    if verdict is Verdict.UNDECIDED and unsteady:
        why = f"{proved.reason}; not stationary: {', '.join(sorted(unsteady))}"
        return replace(proved, reason=why)
    moving = [name for name in selected if name in unsteady]
    if verdict not in _RESTS_ON_MEANS or not moving:
        return proved
    steady = tuple(name for name in selected if name not in unsteady)
    if verdict is Verdict.EQUIVALENT and len(steady) > 1:
        why = f"{proved.reason}; not stationary: {', '.join(moving)}"
        return replace(proved, selected=steady, reason=why)
    why = f"the cost of {' and '.join(moving)} is not stationary, so its mean decides nothing"
    return Conclusion(Verdict.UNDECIDED, selected, why)


def regret_quantity(conclusion: Conclusion, provenance: Provenance) -> Quantity:
    """The most that the selected may cost more than the best, as a share from 0 on."""
    if conclusion.regret is None:
        return Quantity.unknown("1", _NO_REGRET.get(conclusion.verdict, conclusion.reason))
    return Quantity(conclusion.regret, "1", provenance, 0.0, conclusion.regret)
