"""A plan: whole lifetimes, where the choice would change, and the curve."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from framewatt.carbon.network import described
from framewatt.lifecycle.document import CurvePoint
from framewatt.records.units import format_count
from framewatt.reports.figures import UNKNOWN, figure, grams, watt_hours, written
from framewatt.reports.page import Cell, Column, Drawing, Mark, Page, Sentence, Tone, sentences, table
from framewatt.reports.pages.curve import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.records import Json
    from framewatt.reports.page import Field, Part, Table

_STAGES = ("network", "development", "training", "inference")


def plan_page(plan: Json) -> Page:
    """The page of a ``framewatt/plan/1`` document."""
    letters = dict(zip((row["id"] for row in plan["candidates"]), ascii_uppercase, strict=False))
    return Page(headline=plan["advice"], body=tuple(_body(plan, letters)))


def _body(plan: Json, letters: Mapping[str, str]) -> Iterator[Part]:
    yield Sentence(f"{_subject(plan)}.", Tone.ASIDE)
    yield _lifetimes(plan, letters)
    yield from sentences(_rivals(plan, letters))
    curve = [CurvePoint(**point) for point in plan["curve"]]
    if len(letters) > 1 and (lines := draw(curve, letters)):
        yield Sentence("Times the least total, over the inferences a year:", Tone.STRONG)
        yield Drawing(tuple(lines))
    yield from sentences(_gaps(plan), Tone.WARNING)
    yield from sentences(_notes(plan), Tone.ASIDE)


def _subject(plan: Json) -> str:
    volumes = plan["variables"]
    names = ("development_runs", "trainings_per_year", "inferences_per_year")
    loops, trainings, inferences = (format_count(volumes[name]) for name in names)
    years = volumes["years"]
    return (
        f"Energy over {years:g} {'year' if years == 1 else 'years'}: {loops} edit-run loops, "
        f"{trainings} trainings and {inferences} inferences a year"
    )


def _lifetimes(plan: Json, letters: Mapping[str, str]) -> Table:
    """Energy per stage and in all."""
    fields: list[Field] = [
        (Column("name", "", left=True), lambda row: _named(row, letters)),
        (Column("total", "", "J", bar=True), lambda row: figure(row["total"], watt_hours)),
        (Column("ends", "95 %", spare=1), lambda row: _ends(row["total"])),
    ]
    for number, stage in enumerate(_STAGES):
        column = Column(stage, stage, "J", spare=5 - number)
        fields.append((column, lambda row, stage=stage: _stage(row, stage)))  # type: ignore[misc] # bound at once
    if plan["intensity"]["value"] is not None:
        fields.append((Column("carbon", "carbon", "gCO2eq"), lambda row: figure(row["carbon"], grams)))
    best = plan["selected"]
    title = "Energy in all (shorter is better)"
    return table(title, fields, plan["candidates"], lambda row: Mark.CHOSEN if row["id"] == best else None)


def _named(row: Json, letters: Mapping[str, str]) -> Cell:
    return Cell(f"{letters.get(row['id'], ' ')} {row['name']}", row["name"])


def _ends(total: Json) -> Cell:
    return Cell(
        UNKNOWN if total["low"] is None else f"{watt_hours(total['low'])}–{watt_hours(total['high'])}"
    )


def _stage(row: Json, name: str) -> Cell:
    """A dash for a stage that the runs did not study."""
    missing = {"training": row["training"] is None, "inference": row["serving"] is None}
    return Cell(UNKNOWN) if missing.get(name) else figure(row["stages"][name], watt_hours)


def _rivals(plan: Json, letters: Mapping[str, str]) -> Iterator[str]:
    """What each other one needs more, with its interval, and where the choice would change."""
    best = letters.get(plan["selected"], plan["selected"])
    for crossing in plan["break_even"]:
        name = letters.get(crossing["between"][1], crossing["between"][1])
        gap = crossing["total_difference"]
        value, low, high = (written(gap[end], watt_hours) for end in ("value", "low", "high"))
        yield f"{name} needs {value} ({low} to {high}) more than {best}: {_change(crossing, letters)}."


def _change(crossing: Json, letters: Mapping[str, str]) -> str:
    volume = crossing["volume"]
    if volume["value"] is None:
        return str(volume["reason"])
    ground = " by measured CPU seconds" if crossing["decided_on"] == "cpu_seconds" else ""
    above = letters.get(str(crossing["changes_to"]), crossing["changes_to"])
    value, low, high = (written(volume[end], format_count) for end in ("value", "low", "high"))
    return f"above {value} ({low} to {high}) inferences a year{ground} it is {above}"


def _notes(plan: Json) -> Iterator[str]:
    for missing in plan["left_out"]:
        yield f"Left out of {missing['stage']}: {missing['name']}: {missing['reason']}."
    if any(row["coefficients"]["download"]["value"] for row in plan["candidates"]):
        yield f"Network, for the downloads and not on this machine: {described(plan['network'])}."
    if plan["intensity"]["value"] is None:
        yield f"Carbon is open: {plan['intensity']['reason']}."


def _gaps(plan: Json) -> Iterator[str]:
    """What is not known and therefore not counted, once for all whom it concerns."""
    concerned: dict[str, list[str]] = {}
    for row in plan["candidates"]:
        for coefficient in row["coefficients"].values():
            if coefficient["reason"]:
                concerned.setdefault(coefficient["reason"], []).append(row["name"])
    for gap, names in concerned.items():
        who = "All" if len(names) == len(plan["candidates"]) else ", ".join(names)
        yield f"{who}: counted {gap}."
