"""What documents with a verdict on raw candidates share: the sentence, the marks and the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.figures import percent
from framewatt.reports.page import Mark, Sentence, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from framewatt.records import Json


def sentence_of(judged: Json) -> str:
    """Who was selected and how much less that one needs, or why nobody was."""
    who, reason = ", ".join(judged["selected"]), str(judged["reason"])
    if judged["verdict"] == "winner" and (less := _less_than_next(judged)):
        return f"{who} needs {less} than the next best."
    regret = judged.get("regret")
    if judged["selected"] and regret and regret["value"] is not None:
        return f"{who}: at most {percent(regret['value'])} dearer than the best of the others."
    return f"{who}: {reason}." if who else f"{reason[:1].upper()}{reason[1:]}."


def _less_than_next(judged: Json) -> str:
    """``29 % (23 to 37 %) less CPU time``, from how much more the next best needs."""
    by_cpu = judged["decided_on"] == "cpu_seconds"
    key = "cpu_ratio_to_best" if by_cpu else "ratio_to_best"
    others = [row[key] for row in judged["candidates"] if row["id"] not in judged["selected"]]
    known = [ratio for ratio in others if ratio and None not in (ratio["value"], ratio["low"], ratio["high"])]
    if not known:
        return ""
    ratio = min(known, key=lambda ratio: float(ratio["value"]))
    share, low, high = (f"{100 * (1 - 1 / ratio[end]):.0f}" for end in ("value", "low", "high"))
    return f"{share} % ({low} to {high} %) less {'CPU time' if by_cpu else 'energy'}"


def mark_by(judged: Json) -> Callable[[Json], Mark]:
    """The mark of a candidate's row."""
    open_still = judged["verdict"] in {"undecided", "good"}

    def mark(row: Json) -> Mark:
        if row["id"] in judged["selected"]:
            return Mark.CHOSEN
        return Mark.MAYBE if open_still and row.get("eliminated_at") is None else Mark.RULED_OUT

    return mark


def warnings_of(judged: Json) -> Iterator[Sentence]:
    """Each with whom it concerns and what to do."""
    for warning in judged["warnings"]:
        who = f"{warning['candidate']}: " if warning.get("candidate") else ""
        told = warning["message"] if who else warning["message"][:1].upper() + warning["message"][1:]
        yield Sentence(f"{who}{told}; {warning['remedy']}.", Tone.WARNING)
