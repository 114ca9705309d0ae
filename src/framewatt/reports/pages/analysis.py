"""An analysis of measurements made elsewhere: a verdict and a table for each group of runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.reports.figures import dearer, with_interval
from framewatt.reports.page import Cell, Column, Page, Sentence, Tone, table, words
from framewatt.reports.pages.judged import mark_by, sentence_of, warnings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.records import Json
    from framewatt.reports.page import Field, Part

_FIELDS: list[Field] = [
    (Column("candidate", "", left=True), lambda row: words(row["id"])),
    (Column("energy_per_run", "", "J", bar=True), lambda row: with_interval(row["energy_per_run"], "J")),
    (Column("ratio_to_best", "× best, 95 %"), lambda row: dearer(row["ratio_to_best"])),
    (Column("runs", "runs", spare=1), lambda row: Cell(str(row["runs"]), row["runs"])),
]


def analysis_page(document: Json) -> Page:
    """The page of a ``framewatt/analyse/1`` document."""
    groups = document["groups"]
    source = document["source"]
    unit = f"energy in {source['unit']} ({source['unit_source']})"
    body = [part for group in groups for part in _group(group, alone=len(groups) == 1)]
    counted = Counter(group["verdict"] for group in groups)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counted.most_common())
    return Page(
        headline=sentence_of(groups[0]) if len(groups) == 1 else f"{len(groups)} groups: {verdicts}.",
        badge=groups[0]["verdict"] if len(counted) == 1 else "",
        title=source["table"],
        body=(Sentence(f"{source['table']}: {source['runs']} runs, {unit}.", Tone.ASIDE), *body),
    )


def _group(group: Json, *, alone: bool) -> Iterator[Part]:
    label = ", ".join(f"{name}={value}" for name, value in group["by"].items())
    if not alone:
        yield Sentence(f"{label}: {group['verdict']}: {sentence_of(group)}", Tone.STRONG)
    made = table("Energy per run (shorter is better)", _FIELDS, group["candidates"], mark_by(group))
    yield replace(made, labels=group["by"])
    yield Sentence(f"Method: {group['method']}.", Tone.ASIDE)
    yield from warnings_of(group)
