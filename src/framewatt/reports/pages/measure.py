"""A metered command: its energy first, then what else it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_bytes, format_duration
from framewatt.reports.figures import joules, written
from framewatt.reports.page import Cell, Column, Page, Tone, sentences, table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from framewatt.records import Json
    from framewatt.reports.page import Field

_TOLD = {
    "energy": "energy",
    "marginal_energy": "energy above idle",
    "seconds": "elapsed",
    "cpu_seconds": "CPU time",
    "user_seconds": "  user",
    "system_seconds": "  system",
    "peak_memory": "peak memory of its largest process",
}
_WRITTEN: Mapping[str, Callable[[float], str]] = {"J": joules, "s": format_duration, "B": format_bytes}
_FIELDS: list[Field] = [
    (Column("figure", "", left=True), lambda row: Cell(row["told"], row["name"])),
    (Column("value", ""), lambda row: Cell(row["text"], row["value"], row["low"], row["high"])),
    (Column("unit"), lambda row: words(row["unit"])),
    (Column("interval", "", left=True), lambda row: Cell(row["interval"])),
    (Column("provenance", "", left=True), lambda row: words(row["provenance"] or "")),
]


def measure_page(run: Json) -> Page:
    """The page of a ``framewatt/measure/1`` document."""
    rows = [
        _row(name, run[name]) for name in _TOLD if run[name]["value"] is not None or name == "peak_memory"
    ]
    return Page(
        headline=_headline(run),
        body=(
            table("", _FIELDS, rows),
            *sentences(_meter(run), Tone.ASIDE),
            *sentences(_notes(run), Tone.WARNING),
        ),
    )


def _headline(run: Json) -> str:
    cpu = f"{format_duration(run['cpu_seconds']['value'])} of CPU time"
    energy = run["energy"]
    if energy["value"] is None:
        return f"{cpu}; energy unknown: {energy['reason']}."
    whole = f" by the whole {_metered(run)}" if run["accounting"] == "whole machine" else ""
    return f"{joules(energy['value'])}{whole} ({energy['provenance']}), {cpu}."


def _row(name: str, quantity: Json) -> Json:
    value, low, high = (quantity[end] for end in ("value", "low", "high"))
    write = _WRITTEN[quantity["unit"]]
    ends = "" if low is None or high is None else f"{write(low)} to {write(high)}"
    return {**quantity, "name": name, "told": _TOLD[name], "text": written(value, write), "interval": ends}


def _meter(run: Json) -> Iterator[str]:
    meter = run["meter"]
    yield f"Meter: {meter['name']}, {meter['scope']} scope, {meter['provenance']}."
    if run["energy"]["value"] is None:
        return
    if run["accounting"] == "whole machine":
        apart = "(--idle S takes idle power apart)"
        yield f"Energy is of the whole {_metered(run)}, whatever else ran on it {apart}."
    elif _metered(run) != "machine":
        yield f"Energy is all that the {_metered(run)} drew: held whole, its idle power counts."
    else:
        yield f"Energy is the idle share of {run['reserved_cpus']} CPUs and what the command drew above it."


def _metered(run: Json) -> str:
    """What the meter sees: the machine, or its GPU alone."""
    domains = run["meter"]["domains"]
    if not all(domain.startswith("gpu") for domain in domains):
        return "machine"
    return "GPU" if len(domains) == 1 else f"set of {len(domains)} GPUs"


def _notes(run: Json) -> Iterator[str]:
    yield from (f"{domain}: {fault}" for domain, fault in run["faults"].items())
    yield from run["notes"]
