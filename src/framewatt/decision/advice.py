"""The conclusion in one sentence, whose words follow the provenance of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Provenance, Verdict
from framewatt.records.units import format_duration, significant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.conclusion import Conclusion
    from framewatt.records import Quantity

_QUALIFIER = {Provenance.ESTIMATED: "an estimated ", Provenance.MEASURED: "a measured "}
_MANY = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sentence is about: the verdict on `rows` (by id), and what it was decided by.

    `needed_seconds` is the ``--budget`` that would decide an undecided race; with `needed_reason`, which
    says why no more can be told, the least.
    """

    conclusion: Conclusion
    rows: Mapping[str, CandidateRow]
    incumbent: str | None
    decided_on: str | None
    margin: float
    needed_seconds: float | None
    needed_reason: str | None


def advise(outcome: Outcome) -> str:
    """One sentence."""
    verdict = outcome.conclusion.verdict
    if verdict is Verdict.WINNER:
        return _winner(outcome) + _against_incumbent(outcome)
    if verdict is Verdict.EQUIVALENT:
        names = _join([outcome.rows[name].name for name in outcome.conclusion.selected])
        margin = significant(100 * outcome.margin, 2)
        return (
            f"{names} are equal within {margin} %: choose the one that your team knows, "
            "or that needs least around it."
        )
    if verdict is Verdict.UNDECIDED:
        return f"No clear winner within the budget{_more(outcome.needed_seconds, outcome.needed_reason)}."
    return "No framework could be selected: see each candidate's reason."


def _more(needed_seconds: float | None, needed_reason: str | None) -> str:
    if needed_seconds is None:
        return f"; {needed_reason}" if needed_reason else ""
    budget = format_duration(needed_seconds)
    if needed_reason:
        return f"; {needed_reason}: give it a --budget of at least {budget}"
    return f"; a --budget of about {budget} should decide it"


def _winner(outcome: Outcome) -> str:
    chosen = outcome.rows[outcome.conclusion.selected[0]]
    best = f"{chosen.name} (version {chosen.line.version})"
    by_cpu = outcome.decided_on == "cpu_seconds"
    others = [row for row in outcome.rows.values() if row is not chosen]
    ratios = [(row, row.ratios.cpu_to_best if by_cpu else row.ratios.to_best) for row in others]
    rivals = [(ratio.value, row.name, ratio) for row, ratio in ratios if ratio.value is not None]
    if not rivals:
        return f"Use {best}: it is the only candidate that does this work."
    value, rival, ratio = min(rivals, key=lambda entry: entry[0])
    saving = _saving(value, ratio)
    if by_cpu:
        return (
            f"Use {best}: it needs {saving} less CPU time than {rival}, measured; "
            "the energy estimate points the same way but is too wide to decide alone."
        )
    what = "carbon" if outcome.decided_on == "carbon" else "energy"
    return f"Use {best}: it needs {_kind(ratio)}{saving} less {what} than the next best, {rival}."


def _against_incumbent(outcome: Outcome) -> str:
    """What the change saves against what runs today, as a share of today's energy."""
    today, selected = outcome.incumbent, outcome.conclusion.selected
    if today is None or today in selected:
        return ""
    ratio = outcome.rows[selected[0]].ratios.to_incumbent
    if ratio.value is None:
        return ""
    saving = f"{_kind(ratio)}{100 * (1 - ratio.value):.0f} %"
    return f" Against {outcome.rows[today].name}, which runs today, that is {saving} less."


def _kind(ratio: Quantity) -> str:
    return _QUALIFIER.get(ratio.provenance, "") if ratio.provenance else ""


def _saving(value: float, ratio: Quantity) -> str:
    """How much less the best needs, from how much more the rival does: 1 - 1/ratio."""
    share = 100 * (1 - 1 / value)
    if ratio.low is None or ratio.high is None:
        return f"{share:.0f} %"
    low, high = (100 * (1 - 1 / end) for end in (ratio.low, ratio.high))
    return f"{share:.0f} % ({low:.0f} to {high:.0f} %)"


def _join(names: Sequence[str]) -> str:
    if len(names) > _MANY:
        return f"{', '.join(names[:_MANY])} and {len(names) - _MANY} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
