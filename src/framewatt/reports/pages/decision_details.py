"""All the rest of a decision: every setting's figures, what developing takes, reasons, carbon, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Status
from framewatt.records.units import format_bytes, format_duration, significant
from framewatt.reports.figures import UNKNOWN, dearer, figure, grams, joules, seconds, written
from framewatt.reports.page import Cell, Column, Mark, Sentence, Table, Tone, sentences, table, words
from framewatt.reports.pages.carbon import carbon_details
from framewatt.reports.pages.development import development_parts
from framewatt.reports.pages.notices import all_warnings
from framewatt.reports.pages.training import training_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.records import Json
    from framewatt.reports.page import Field

_RACED = {Status.MEASURED, Status.ELIMINATED}


def details(decision: Json) -> Iterator[Table | Sentence]:
    """From what was measured to what it rests on."""
    rows = decision["candidates"]
    yield settings_table(decision)
    yield from training_tables(rows, decision)
    yield from development_parts(rows, decision["network"])
    yield from sentences(_reasons(decision))
    yield from sentences(_costs(decision))
    yield from sentences(carbon_details(decision))
    yield from sentences(_sources(decision))
    yield from sentences((f"{remedy}." for remedy in decision["remedies"]), Tone.REMEDY)
    yield from sentences(all_warnings(decision), Tone.WARNING)


def settings_table(decision: Json) -> Table:
    """Every setting that has figures, in the document's order: the chosen first, then the cheapest."""
    raced = [row for row in decision["candidates"] if row["energy_per_unit"]["value"] is not None]
    title = f"Every setting that ran, per {decision['functional_unit']['name']}"
    chosen = set(decision["selected"])
    return table(title, _fields(decision), raced, lambda row: Mark.CHOSEN if row["id"] in chosen else None)


def _fields(decision: Json) -> list[Field]:
    unit = decision["functional_unit"]["name"]
    named: list[Field] = [
        (Column("name", "", left=True, least=42), lambda row: words(row["name"])),
        (Column("candidate"), lambda row: words(row["id"])),
        (Column("equal_budget"), lambda row: Cell("", row["equal_budget"])),
        (Column("status"), lambda row: words(row["status"])),
        (
            Column("energy_per_unit", "energy", f"J/{unit}"),
            lambda row: figure(row["energy_per_unit"], joules),
        ),
        (Column("ratio_to_best", "× best"), lambda row: dearer(row["ratio_to_best"])),
        (
            Column("cpu_seconds_per_unit", "CPU time", f"s/{unit}"),
            lambda row: figure(row["cpu_seconds_per_unit"], seconds),
        ),
        (Column("cpu_ratio_to_best", "× best", spare=1), lambda row: dearer(row["cpu_ratio_to_best"])),
        (Column("p50", "p50", "s", spare=3), lambda row: figure(row["latency"].get("p50"), seconds)),
        (Column("p99", "p99", "s", spare=4), lambda row: figure(row["latency"].get("p99"), seconds)),
        (Column("peak_memory", "memory", "B", spare=2), lambda row: figure(row["peak_memory"], format_bytes)),
        (Column("sci", None, "gCO2eq"), lambda row: figure(row["sci"]["score"], grams)),
        (Column("parity_error"), lambda row: figure(row["parity"]["error"])),
        (Column("quality"), lambda row: figure(row["quality"]["value"])),
    ]
    return named


def _reasons(decision: Json) -> Iterator[str]:
    """Why whoever has no figures has none, in full."""
    for row in decision["candidates"]:
        if row["reason"] and row["status"] not in _RACED:
            yield f"{row['name']} ({row['status']}): {row['reason']}"


def _costs(decision: Json) -> Iterator[str]:
    cost, preparation = decision["selection_cost"], decision.get("preparation")
    duration = format_duration(cost["duration"]["value"] or 0.0)
    yield f"Selecting cost {written(cost['energy']['value'], joules)} and {duration}."
    payback = cost["payback_units"]
    if payback["value"] is not None:
        yield f"It has paid for itself after {significant(payback['value'], 2)} {payback['unit']}s."
    if preparation and preparation["duration"]["value"] is not None:
        built = preparation["environments"]
        energy, size = (written(built[key]["value"], write) for key, write in
                        (("energy", joules), ("bytes", format_bytes)))  # fmt: skip
        yield (
            f"Preparing took {format_duration(preparation['duration']['value'])}; "
            f"environments were built once, for {energy}, {size}."
        )


def _sources(decision: Json) -> Iterator[str]:
    meter, valid = decision["meter"], decision["valid_for"]
    yield f"Energy {meter['provenance']} by {meter['name']}, {meter['scope']} scope."
    versions = ", ".join(f"{name} {version}" for name, version in valid["versions"].items())
    setting = f"{valid['cpu']}, threads {valid['threads']}, batch {valid['batch']}"
    yield f"Holds for {setting}: {versions or UNKNOWN}."
    yield f"Verdict {decision['verdict']}: {decision['reason']}."
    yield f"Command: {decision['command']}"
