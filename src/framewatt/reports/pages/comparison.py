"""A comparison of commands: which needs least, by how much, and what was left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.decision.remedies import WORTH_WAITING
from framewatt.records.units import format_bytes, format_duration
from framewatt.reports.figures import dearer, figure, joules, seconds, with_interval
from framewatt.reports.page import Cell, Column, Page, Sentence, Tone, table, words
from framewatt.reports.pages.judged import mark_by, sentence_of, warnings_of
from framewatt.reports.pages.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.records import Json
    from framewatt.reports.page import Field, Part


def comparison_page(document: Json, reference: Reference | None = None) -> Page:
    """The page of a ``framewatt/compare/1`` document."""
    reference = reference or Reference.of(document)
    return Page(
        headline=sentence_of(document),
        badge=document["verdict"],
        body=tuple(_body(document)),
        details=tuple(_details(document)),
        hints=(("Run", reference.place), ("More", f"framewatt report {reference.call} --details")),
    )


def _body(document: Json) -> Iterator[Part]:
    net = "" if document["null"] is None else ", net of the null command"
    by_cpu = document["decided_on"] == "cpu_seconds"
    title = f"{'CPU time' if by_cpu else 'Energy'} per unit{net} (shorter is better)"
    yield table(title, _fields(by_cpu=by_cpu), document["candidates"], mark_by(document))
    if line := _budget(document):
        yield Sentence(line, Tone.REMEDY)
    if document["meter"]["provenance"] == "estimated":
        yield Sentence(
            "Joules are estimated (this machine has no counter); CPU time is measured.", Tone.WARNING
        )
    yield from warnings_of(document)


def _fields(*, by_cpu: bool) -> list[Field]:
    energy = (
        Column("energy_per_unit", None if by_cpu else "", "J", bar=not by_cpu),
        lambda row: figure(row["energy_per_unit"], joules),
    )
    cpu = (
        Column("cpu_seconds_per_unit", "" if by_cpu else None, "s", bar=by_cpu),
        lambda row: figure(row["cpu_seconds_per_unit"], seconds),
    )
    first, second = (cpu, energy) if by_cpu else (energy, cpu)
    ratio = "cpu_ratio_to_best" if by_cpu else "ratio_to_best"
    second = (Column(second[0].name, "energy" if by_cpu else "CPU time", second[0].unit, spare=1), second[1])
    return [
        (Column("command", "", left=True), lambda row: words(row["id"])),
        first,
        (Column(ratio, "× best, 95 %"), lambda row: dearer(row[ratio])),
        second,
        (Column("runs", "runs", spare=2), lambda row: Cell(str(row["runs"]), row["runs"])),
        (Column("peak_memory", None, "B"), lambda row: figure(row["peak_memory"], format_bytes)),
    ]


def _budget(document: Json) -> str:
    """What deciding would have taken, where that was not reached."""
    needed = document["budget_needed_seconds"]
    if needed and needed > WORTH_WAITING:
        return "No budget within reason would settle it: race on a quiet machine, or fewer commands."
    if needed and document["budget_reason"]:
        return f"A --budget of at least {format_duration(needed)} is needed to compare them."
    if needed:
        return f"A --budget of about {format_duration(needed)} should settle it."
    if document["budget_reason"] and document["verdict"] == "undecided":
        return f"No budget is named: {document['budget_reason']}."
    return ""


def _details(document: Json) -> Iterator[Part]:
    """Every pair's ratios, and what it was read by."""
    fields: list[Field] = [
        (Column("numerator", "command", left=True), lambda row: words(row["numerator"])),
        (Column("denominator", "over", left=True), lambda row: words(row["denominator"])),
        (Column("energy_ratio", "energy"), lambda row: with_interval(row["energy"], "1")),
        (Column("cpu_ratio", "CPU time"), lambda row: with_interval(row["cpu_seconds"], "1")),
    ]
    yield table("Ratios of all pairs", fields, document["ratios"])
    meter, host = document["meter"], document["host"]
    yield Sentence(f"Energy {meter['provenance']} by {meter['name']}, {meter['scope']} scope.")
    yield Sentence(f"Holds for {host['cpu_model']}, {host['logical_cpus']} CPUs.")
