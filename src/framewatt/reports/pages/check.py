"""A gate's judgement: passed or failed, and every candidate's change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.figures import figure, percent, times
from framewatt.reports.page import Cell, Column, Mark, Page, table, words
from framewatt.reports.pages.names import names_of

if TYPE_CHECKING:
    from framewatt.records import Json
    from framewatt.reports.page import Field


def check_page(document: Json) -> Page:
    """The page of a ``framewatt/check/1`` document."""
    names = names_of(row["candidate"] for row in document["candidates"])
    what = document["metric"].replace("_", " ")
    limit = percent(document["max_increase"])
    who = ", ".join(names[worse] for worse in document["worse"]) or "Nothing"
    fields: list[Field] = [
        (Column("name", "candidate", left=True), lambda row: words(names[row["candidate"]])),
        (Column("candidate"), lambda row: words(row["candidate"])),
        (Column("ratio", "× earlier run, 95 %"), lambda row: _change(row["ratio"])),
        (Column("judgement", "", left=True), lambda row: words(row["judgement"])),
    ]

    def mark(row: Json) -> Mark | None:
        return Mark.FAILED if row["worse"] else Mark.CHOSEN if row["judgement"] == "not worse" else None

    return Page(
        headline=f"{who} needs more than {limit} more {what} than in the earlier run, beyond doubt.",
        badge="passed" if document["passed"] else "failed",
        body=(table("", fields, document["candidates"], mark),),
        hints=(("Run", document["run"]), ("Against", document["against"])),
    )


def _change(ratio: Json) -> Cell:
    cell = figure(ratio, times)
    return Cell(
        f"{cell.text} ({times(ratio['low'])}–{times(ratio['high'])})", cell.value, cell.low, cell.high
    )
