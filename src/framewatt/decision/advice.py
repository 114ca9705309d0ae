"""The conclusion in one sentence, what to do first, in words that follow the provenance of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.decision.frameworks import Place
from framewatt.records import Provenance, Verdict
from framewatt.records.units import significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.conclusion import Conclusion
    from framewatt.decision.frameworks import FrameworkRow
    from framewatt.decision.savings import Savings
    from framewatt.records import Quantity

_MANY = 3
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_GROUND = {"cpu_seconds": "CPU time", "carbon": "carbon", "energy": "energy"}
_NOTHING = 0.0005
"""A share that is written as none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sentence is about: the verdict on `frameworks`, in `decided_on`, and what it saves."""

    conclusion: Conclusion
    frameworks: Sequence[FrameworkRow]
    savings: Savings
    decided_on: str
    margin: float
    shortfall: str | None = None
    """Where nobody is feasible: how far the best came."""

    @property
    def ground(self) -> str:
        """What the verdict rests on, in words."""
        return _GROUND[self.decided_on]

    @property
    def chosen(self) -> list[FrameworkRow]:
        """The frameworks of the selected candidates, preferred first."""
        return [row for row in self.frameworks if row.candidate in self.conclusion.selected]

    def at(self, place: Place) -> list[FrameworkRow]:
        """The frameworks that ended there."""
        return [row for row in self.frameworks if row.place is place]

    @property
    def raced(self) -> int:
        """How many frameworks were measured."""
        return len(self.frameworks) - len(self.at(Place.FAILED))


def advise(outcome: Outcome) -> str:
    """One sentence, or two."""
    return {
        Verdict.WINNER: _winner,
        Verdict.GOOD: _good,
        Verdict.EQUIVALENT: _equivalent,
        Verdict.UNDECIDED: _undecided,
        Verdict.UNCONTESTED: _uncontested,
        Verdict.NONE: _none,
    }[outcome.conclusion.verdict](outcome)


def _winner(outcome: Outcome) -> str:
    chosen = outcome.chosen[0]
    rivals = [row for row in outcome.frameworks if row is not chosen and _ratio(row, outcome).value]
    if not rivals:
        return f"Use {chosen.name}: it costs least{_saving(outcome)}."
    rival = min(rivals, key=lambda row: _ratio(row, outcome).value or 0.0)
    ratio = _ratio(rival, outcome)
    what = f"{_less(ratio)} {_kind(ratio)}{outcome.ground}"
    return f"Use {chosen.name}: {what} than {rival.name}, the next{_saving(outcome)}."


def _good(outcome: Outcome) -> str:
    chosen = outcome.chosen[0]
    if (outcome.conclusion.regret or 0.0) <= _NOTHING:
        others = _count(outcome.raced - 1)
        return f"Use {chosen.name}: none of the other {others} needs less {outcome.ground}{_saving(outcome)}."
    return f"Use {chosen.name}: {_bound(outcome)} than the best of {_count(outcome.raced)}{_saving(outcome)}."


def _equivalent(outcome: Outcome) -> str:
    names = _join([row.name for row in outcome.chosen])
    margin = significant(100 * outcome.margin, 2)
    return (
        f"{names} are equal within {margin} %{_saving(outcome)}: choose the one that your team knows, "
        "or that needs least around it."
    )


def _undecided(outcome: Outcome) -> str:
    open_, chosen = outcome.at(Place.MAYBE), outcome.chosen
    if not chosen:
        return f"Nothing can be said yet: {outcome.conclusion.reason}."
    leader = chosen[0]
    lost = f", {_bound(outcome)} than the best" if outcome.conclusion.regret is not None else ""
    why = f" ({outcome.conclusion.reason})" if not lost else ""
    if len(open_) > 1:
        names = _join([row.name for row in open_], "or")
        return f"Any of {names}: {leader.name} leads{lost or why}{_ruled_out(outcome)}."
    return f"{leader.name} leads{lost}, but it is not proved{why}{_ruled_out(outcome)}."


def _uncontested(outcome: Outcome) -> str:
    chosen, failed = outcome.chosen[0], outcome.at(Place.FAILED)
    if not failed:
        return f"{chosen.name} ran alone: there was nothing to compare it with{_saving(outcome)}."
    return (
        f"{chosen.name} is the only one of {_count(len(outcome.frameworks))} that does this work here: "
        f"it was measured, not compared{_saving(outcome)}."
    )


def _none(outcome: Outcome) -> str:
    if outcome.shortfall:
        return f"No framework could be selected: {outcome.shortfall}."
    return "No framework could be selected: each says why."


def _bound(outcome: Outcome) -> str:
    """How much dearer the selected may be, in words that say nothing sharper than the bound."""
    regret = outcome.conclusion.regret or 0.0
    more = "dearer" if outcome.decided_on != "cpu_seconds" else "more CPU time"
    return f"at most {significant(100 * regret, 2)} % {more}" if regret > _NOTHING else f"no {more}"


def _ruled_out(outcome: Outcome) -> str:
    out = [(row, _ratio(row, outcome)) for row in outcome.at(Place.RULED_OUT)]
    known = [(row, ratio.value) for row, ratio in out if ratio.value is not None]
    if not known:
        return ""
    values = sorted(value for _, value in known)
    span = " to ".join(dict.fromkeys(f"{value:.1f}" for value in (values[0], values[-1])))
    names, verb = _join([row.name for row, _ in known]), "are" if len(known) > 1 else "is"
    return f"; {names} {verb} ruled out ({span} times the best)"


def _saving(outcome: Outcome) -> str:
    """What the change saves against what runs today."""
    share, against = outcome.savings.share, outcome.savings.against
    if share.value is None or against is None or against.id in outcome.conclusion.selected:
        return ""
    if share.value < 0:
        return f", but {abs(100 * share.value):.0f} % more than {against.name}, your incumbent: keep that"
    return f", {100 * share.value:.0f} % less than {against.name}, your incumbent"


def _ratio(row: FrameworkRow, outcome: Outcome) -> Quantity:
    return row.ratio(outcome.decided_on)


def _kind(ratio: Quantity) -> str:
    return "estimated " if ratio.provenance is Provenance.ESTIMATED else ""


def _less(ratio: Quantity) -> str:
    """How much less the best needs, from how much more the rival does: 1 - 1/ratio."""
    share = 100 * (1 - 1 / (ratio.value or 1.0))
    if ratio.low is None or ratio.high is None:
        return f"{share:.0f} % less"
    low, high = (100 * (1 - 1 / end) for end in (ratio.low, ratio.high))
    return f"{share:.0f} % ({low:.0f} to {high:.0f} %) less"


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _join(names: Sequence[str], word: str = "and") -> str:
    if len(names) > _MANY:
        return f"{', '.join(names[:_MANY])} {word} {len(names) - _MANY} more"
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
