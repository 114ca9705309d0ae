"""The list of frameworks, and what a check of framework files found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.network import described
from framewatt.records.units import format_bytes, format_energy
from framewatt.reports.figures import UNKNOWN, figure
from framewatt.reports.page import Cell, Column, Mark, Page, Sentence, Tone, table, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.records import Json
    from framewatt.reports.page import Field, Part

_FIELDS: list[Field] = [
    (Column("framework", "name", left=True), lambda row: words(row["name"])),
    (Column("title"), lambda row: words(row["title"])),
    (Column("version", "version", left=True), lambda row: words(row["version"])),
    (Column("accepts", "accepts", left=True), lambda row: words(", ".join(row["accepts"]))),
    (Column("default"), lambda row: Cell("", row["default"])),
    (Column("download_bytes", "download", "B"), lambda row: _size(row["download_bytes"])),
    (
        Column("download_energy", "network", "J", spare=1),
        lambda row: figure(row["download_energy"], format_energy),
    ),
    (Column("state", "built"), lambda row: Cell("yes" if row["state"] == "built" else "no", row["state"])),
]


def frameworks_page(document: Json) -> Page:
    """The page of a ``framewatt/frameworks/1`` document."""
    rows = document["frameworks"]
    usual = sum(row["default"] for row in rows)
    return Page(
        headline=f"{len(rows)} frameworks; {usual} (✓) race unless --frameworks names others.",
        body=(
            table("", _FIELDS, rows, lambda row: Mark.CHOSEN if row["default"] else None),
            Sentence(f"Network: {described(document['network'])}.", Tone.ASIDE),
        ),
    )


def _size(count: int | None) -> Cell:
    return Cell(UNKNOWN) if count is None else Cell(format_bytes(count), count)


_OUTCOMES = {True: "passed", False: "failed", None: "not checked"}
_MARKS = {True: Mark.CHOSEN, False: Mark.FAILED, None: None}


def conformance_page(document: Json) -> Page:
    """The page of a ``framewatt/conformance/1`` document: one line a check, then what to do."""
    failed = [file["file"] for file in document["files"] if not file["passed"]]
    fields: list[Field] = [
        (Column("promise", "", left=True), lambda row: words(row["promise"])),
        (Column("file"), lambda row: words(row["file"])),
        (Column("outcome", "", left=True), lambda row: words(_OUTCOMES[row["passed"]])),
        (Column("problems"), lambda row: words("; ".join(row["problems"]))),
    ]
    body: list[Part] = []
    for file in document["files"]:
        rows: list[Json] = [{**check, "file": file["file"]} for check in file["checks"]]
        body.append(table(file["file"], fields, rows, lambda row: _MARKS[row["passed"]]))
        body += [Sentence(line, Tone.WARNING) for line in _problems(rows)]
    said = f"{', '.join(failed)}: not every promise is kept." if failed else "Every check passed."
    return Page(headline=said, badge="failed" if failed else "passed", body=tuple(body))


def _problems(checks: Sequence[Json]) -> Iterator[str]:
    for check in checks:
        if check["problems"]:
            yield f"{check['promise']}: {'; '.join(check['problems'])}"
