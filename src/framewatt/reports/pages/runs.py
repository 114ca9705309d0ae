"""The runs of a folder, newest first: when, what, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_bytes, format_duration
from framewatt.reports.figures import UNKNOWN
from framewatt.reports.page import Cell, Column, Mark, Page, Tone, sentences, table, words
from framewatt.runs.listing import LATEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Json
    from framewatt.reports.page import Field
    from framewatt.reports.pages.reference import Reference

_FIELDS: list[Field] = [
    (Column("run"), lambda row: words(row["run"])),
    (
        Column("created", "when (UTC)", left=True, least=16),
        lambda row: Cell(_when(row["created"]), row["created"]),
    ),
    (Column("work", "what", left=True), lambda row: words(row["work"])),
    (Column("stage"), lambda row: words(row["stage"])),
    (Column("verdict"), lambda row: words(row["verdict"] or "")),
    (Column("advice", "verdict", left=True, least=24), lambda row: words(row["advice"] or "unfinished")),
    (Column("duration", "took", "s", spare=1), lambda row: _figure(row["seconds"], format_duration)),
    (Column("size", "size", "B", spare=2), lambda row: _figure(row["bytes"], format_bytes)),
]


def runs_page(document: Json, reference: Reference | None = None) -> Page:
    """The page of a ``framewatt/runs/1`` document."""
    rows = document["runs"]
    if not rows:
        return Page(headline=f"No runs in {document['folder']}; `framewatt select MODEL` makes the first.")
    size = format_bytes(sum(row["bytes"] for row in rows))
    many = f"{len(rows)} run{'s' if len(rows) > 1 else ''}"
    return Page(
        headline=f"{many} in {document['folder']}, {size}.",
        body=(
            table("", _FIELDS, rows, _mark),
            *sentences(document["unreadable"], Tone.WARNING),
        ),
        details=sentences(f"{row['run']}: {row['advice'] or 'unfinished'}" for row in rows),
        hints=(("Report", f"framewatt report {reference.call if reference else LATEST}"),),
    )


def _mark(row: Json) -> Mark | None:
    known = {None: None, "none": Mark.FAILED, "undecided": Mark.MAYBE}
    return known.get(row["verdict"], Mark.CHOSEN)


def _when(created: str) -> str:
    """A date and the minute."""
    return created[:16].replace("T", " ")


def _figure(value: float | None, write: Callable[[float], str]) -> Cell:
    return Cell(UNKNOWN) if value is None else Cell(write(value), value)
