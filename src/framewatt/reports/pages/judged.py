"""What documents with a verdict on raw candidates share: the sentence, the marks and the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.page import Mark, Sentence, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from framewatt.records import Json


def sentence_of(judged: Json) -> str:
    """Who was selected, and why."""
    who = ", ".join(judged["selected"])
    reason = str(judged["reason"])
    return f"{who}: {reason}." if who else f"{reason[:1].upper()}{reason[1:]}."


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
        yield Sentence(f"{who}{warning['message']}; {warning['remedy']}.", Tone.WARNING)
