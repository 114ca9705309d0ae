"""A table that people read at a glance, and one sentence of advice."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from framewatt.units import format_bytes, format_duration, format_si, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLE = "plain text"
SUFFIX = "txt"
_WIDTH = 100
_WIDE = 100
_RACED = {"measured", "eliminated"}


def render(decision: Mapping[str, Any]) -> bytes:
    """The report without colours, 100 columns wide."""
    buffer = io.StringIO()
    show(decision, Console(file=buffer, width=_WIDTH, no_color=True, legacy_windows=False))
    return buffer.getvalue().encode()


def show(decision: Mapping[str, Any], console: Console) -> None:
    """Print the report on a console of any width."""
    rows = decision["candidates"]
    raced = [row for row in rows if row["status"] in _RACED and row["energy_per_unit"]["value"] is not None]
    others = [row for row in rows if row not in raced]
    console.print(f"\n[bold]{escape(_headline(decision))}[/bold]")
    if raced:
        console.print(_table(raced, decision, console.width))
    for row in others:
        console.print(f"  [dim]{row['status']}[/dim]  {escape(row['name'])}: {escape(str(row['reason']))}")
    for line in _notes(decision):
        console.print(f"  {escape(line)}")
    console.print(f"\n[bold]{escape(_verdict(decision))}[/bold]\n{escape(decision['advice'])}")


def _headline(decision: Mapping[str, Any]) -> str:
    meter, unit = decision["meter"], decision["functional_unit"]["name"]
    workload, scenario = decision["workload"]["name"], decision["scenario"] or _training(decision)
    scope = f"{meter['provenance']} by {meter['name']}, {meter['scope']} scope"
    return f"{workload}, {scenario}: energy per {unit} ({scope})"


def _training(decision: Mapping[str, Any]) -> str:
    told = decision.get("training")
    if told is None or told["target"]["value"] is None:
        return "training"
    return f"training to {told['metric']} {significant(told['target']['value'], 4)} ({told['target_source']})"


def _verdict(decision: Mapping[str, Any]) -> str:
    told = f"Verdict: {decision['verdict']}"
    if decision["verdict"] in {"winner", "equivalent"} and decision["decided_on"] == "cpu_seconds":
        return f"{told} (decided on measured CPU seconds)"
    return told


def _table(rows: Sequence[Mapping[str, Any]], decision: Mapping[str, Any], width: int) -> Table:
    """Figures per unit; a narrow terminal goes without latency and memory, the document has them."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("framework", overflow="fold", min_width=15)
    for title in ("energy", "× best", "CPU time", "× best"):
        table.add_column(title, justify="right", no_wrap=True)
    wide = width >= _WIDE
    for title in ("p50", "memory") if wide else ():
        table.add_column(title, justify="right", no_wrap=True)
    quality = next((row["quality"]["metric"] for row in rows if row["quality"]["metric"]), None)
    if quality:
        table.add_column(quality[:8], justify="right", no_wrap=True)
    for row in rows:
        chosen = row["id"] in decision["selected"]
        cells = [
            ("* " if chosen else "  ") + escape(row["name"]),
            _figure(row["energy_per_unit"], "J"),
            _ratio(row["ratio_to_best"]),
            _figure(row["cpu_seconds_per_unit"], "s"),
            _ratio(row["cpu_ratio_to_best"]),
        ]
        cells += [_figure(row["latency"]["p50"], "s"), _size(row["peak_memory"])] if wide else []
        cells += [_plain(row["quality"]["value"])] if quality else []
        table.add_row(*cells, style="bold" if chosen else None)
    return table


def _notes(decision: Mapping[str, Any]) -> Iterator[str]:
    cost = decision["selection_cost"]
    seconds = cost["duration"]["value"] or 0.0
    yield f"Selecting cost {_figure(cost['energy'], 'J')} and {format_duration(seconds)}."
    payback = cost["payback_units"]
    if payback["value"] is not None:
        yield f"It has paid for itself after {significant(payback['value'], 2)} {payback['unit']}s."
    carbon = decision["carbon"]
    if carbon["intensity"]["value"] is not None:
        intensity = f"{significant(carbon['intensity']['value'])} gCO2eq/kWh"
        told = f"{carbon['region'] or 'declared'}, {carbon['source']}, {carbon['year'] or 'no year'}"
        yield f"Carbon intensity {intensity} ({told}); operational emissions per {_best_carbon(decision)}."
    else:
        yield f"Carbon: not given ({carbon['intensity']['reason']})."
    for warning in decision["warnings"]:
        yield f"! {warning['message']}; {warning['remedy']}."


def _best_carbon(decision: Mapping[str, Any]) -> str:
    unit = decision["functional_unit"]["name"]
    for row in decision["candidates"]:
        operational = row["sci"]["operational"]
        if operational["value"] is not None:
            return f"{unit}: {format_si(operational['value'], 'g')}CO2eq for {row['name']}"
    return f"{unit}: unknown"


def _figure(quantity: Mapping[str, Any], unit: str) -> str:
    return "–" if quantity["value"] is None else format_si(quantity["value"], unit)


def _plain(quantity: Mapping[str, Any]) -> str:
    return "–" if quantity["value"] is None else significant(quantity["value"])


def _size(quantity: Mapping[str, Any]) -> str:
    return "–" if quantity["value"] is None else format_bytes(quantity["value"])


def _ratio(quantity: Mapping[str, Any]) -> str:
    if quantity["value"] is None:
        return "–"
    value = f"{quantity['value']:.2f}"
    if quantity["low"] is None or quantity["high"] is None:
        return value
    return f"{value} {quantity['low']:.2f}–{quantity['high']:.2f}"
