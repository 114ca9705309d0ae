"""A decision: which framework, what that saves, one row a framework, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.decision.incumbent import NO_INCUMBENT
from framewatt.records import Stage
from framewatt.reports.figures import dearer, figure, grams, joules, seconds
from framewatt.reports.page import Column, Mark, Page, Row, Sentence, Table, Tone, sentences, words
from framewatt.reports.pages.carbon import carbon_lines
from framewatt.reports.pages.decision_details import details
from framewatt.reports.pages.notices import leading_warnings
from framewatt.reports.pages.reference import Reference
from framewatt.reports.pages.savings import saving_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from framewatt.records import Json
    from framewatt.reports.page import Field

_REMEDIES = 2
"""So many are told at once; the details have all."""
_OPEN = {"undecided", "none", "uncontested"}
"""Verdicts after which there is something left to do."""


def decision_page(decision: Json, reference: Reference | None = None) -> Page:
    """The page of a ``framewatt/decision/1`` document."""
    return Page(
        headline=decision["advice"],
        badge=decision["verdict"],
        title=subject(decision),
        body=tuple(_body(decision)),
        details=tuple(details(decision)),
        hints=tuple(_hints(decision, reference or Reference.of(decision))),
    )


def subject(decision: Json) -> str:
    """What was studied: ``digits, single_stream``."""
    name = decision["workload"]["name"]
    if decision["stage"] != Stage.TRAINING:
        return f"{name}, {decision['scenario']}"
    training = decision.get("training")
    if training is None or training["target"]["value"] is None:
        return f"{name}, training"
    return f"{name}, training to {training['metric']} {training['target']['value']:.4g}"


def _body(decision: Json) -> Iterator[Table | Sentence]:
    yield from sentences(saving_lines(decision))
    yield frameworks_table(decision)
    setting = decision.get("setting")
    if setting and setting["sentence"]:
        yield Sentence(_sentence(f"Setting: {setting['sentence']}"))
    yield from sentences(carbon_lines(decision))
    if decision["incumbent_reason"] not in {None, NO_INCUMBENT}:
        yield Sentence(_sentence(decision["incumbent_reason"]), Tone.WARNING)
    if decision["verdict"] in _OPEN:
        yield from sentences(map(_sentence, decision["remedies"][:_REMEDIES]), Tone.REMEDY)
    yield from sentences(leading_warnings(decision), Tone.WARNING)


def frameworks_table(decision: Json) -> Table:
    """One row a framework with its best setting, and what runs today where that is another setting."""
    known = {row["id"]: row for row in decision["candidates"]}
    entries = [(row, known[row["candidate"]]) for row in decision["frameworks"]]
    fields = _fields(decision, [candidate for _, candidate in entries])
    rows = [_row(entry, candidate, fields, decision) for entry, candidate in entries]
    today = known.get(decision["incumbent"])
    if today is not None and today["id"] not in {candidate["id"] for _, candidate in entries}:
        entry = {**today, "standing": None, "reason": None}
        rows.insert(_place(today, rows, fields), _row(entry, today, fields, decision))
    return Table(_title(decision), tuple(column for column, _ in fields), tuple(rows))


def _place(today: Json, rows: list[Row], fields: list[Field]) -> int:
    """Among the others by its cost, before those that failed."""
    (number,) = (number for number, (column, _) in enumerate(fields) if column.bar)
    cost = fields[number][1]({"framework": today, "candidate": today}).value
    dearer_ones = (n for n, row in enumerate(rows) if row.remark or _above(row.cells[number].value, cost))
    return next(dearer_ones, len(rows))


def _above(value: object, cost: object) -> bool:
    return isinstance(value, float) and isinstance(cost, float) and value > cost


def _row(entry: Json, candidate: Json, fields: list[Field], decision: Json) -> Row:
    """A framework that failed has the reason in place of figures."""
    both = {"framework": entry, "candidate": candidate}
    standing = entry["standing"]
    cells = tuple(read(both) for _, read in fields)
    today = decision["incumbent"] is not None and candidate["id"] == decision["incumbent"]
    reason = entry["reason"] or candidate["reason"] or "no reason is known"
    remark = f"{entry['status']}: {reason}" if standing == Mark.FAILED else ""
    return Row(cells, Mark(standing) if standing else None, remark, today)


def _title(decision: Json) -> str:
    what, _, _ = _costs(decision)
    if decision["stage"] == Stage.TRAINING:
        return f"{what} per training (shorter is better)"
    return f"{what} per {decision['functional_unit']['name']} (shorter is better)"


def _costs(decision: Json) -> tuple[str, Field, Field]:
    """What decided it, its column, and that of the other quantity people ask for."""
    unit = decision["functional_unit"]["name"]
    energy = Column("energy_per_unit", "energy", f"J/{unit}", spare=2)
    cpu = Column("cpu_seconds_per_unit", "CPU time", f"s/{unit}", spare=2)

    def of(column: Column, write: Callable[[float], str]) -> Field:
        return column, lambda row: figure(row["candidate"][column.name], write)

    if decision["decided_on"] == "cpu_seconds":
        return "CPU time", of(_barred(cpu), seconds), of(energy, joules)
    if decision["decided_on"] == "carbon":
        column = Column("sci", "", f"gCO2eq/{unit}", bar=True)
        return (
            "Carbon",
            (column, lambda row: figure(row["candidate"]["sci"]["score"], grams)),
            of(energy, joules),
        )
    return "Energy", of(_barred(energy), joules), of(cpu, seconds)


def _barred(column: Column) -> Column:
    return Column(column.name, "", column.unit, bar=True)


def _fields(decision: Json, candidates: list[Json]) -> list[Field]:
    _, cost, other = _costs(decision)
    ratio = "cpu_ratio_to_best" if decision["decided_on"] == "cpu_seconds" else "ratio_to_best"
    fields: list[Field] = [
        (Column("framework", "", left=True), lambda row: words(row["framework"]["name"])),
        (Column("candidate"), lambda row: words(row["candidate"]["id"])),
        cost,
        (Column(ratio, "× best, 95 %"), lambda row: dearer(row["framework"][ratio])),
        other,
    ]
    qualities: list[Mapping[str, str]] = [row["quality"] for row in candidates]
    if metric := next((quality["metric"] for quality in qualities if quality["metric"]), None):
        column = Column(f"quality_{metric}", metric[:8], spare=1)
        fields.append((column, lambda row: figure(row["candidate"]["quality"]["value"])))
    return fields


def _hints(decision: Json, reference: Reference) -> Iterator[tuple[str, str]]:
    yield "Run", reference.place
    yield "More", f"framewatt report {reference.call} --details"
    if decision["carbon"]["intensity"]["value"] is None and decision["selected"]:
        yield "Carbon", f"framewatt report {reference.call} --region FR"


def _sentence(phrase: str) -> str:
    """A phrase with a capital and a full stop."""
    return f"{phrase[:1].upper()}{phrase[1:].removesuffix('.')}."
