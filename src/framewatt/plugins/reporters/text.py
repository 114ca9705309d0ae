"""A table that people read at a glance, and one sentence of advice."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from framewatt.records import Objective, Stage
from framewatt.records.units import format_bytes, format_duration, format_si, significant
from framewatt.reports.text.carbon import carbon_lines
from framewatt.reports.text.development import show_development
from framewatt.reports.text.training import show_training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Column = tuple[str, Callable[[Mapping[str, Any]], str]]
    """A title, and how a candidate's cell is written."""

TITLE = "plain text"
SUFFIX = "txt"
_WIDTH = 100
_WIDE = 100
_BEYOND = 1000
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
    equal = [row for row in raced if row["equal_budget"]]
    if equal:
        console.print(_table(equal, decision, console.width))
    best = [row for row in raced if row["id"] in decision["rankings"]["best_settings"]]
    if any(not row["equal_budget"] for row in best):
        console.print("\nEach with the best settings found for it:")
        console.print(_table(best, decision, console.width))
    if decision["stage"] == Stage.TRAINING:
        show_training([row for row in rows if "training" in row], decision, console)
    for row in others:
        console.print(f"  [dim]{row['status']}[/dim]  {escape(row['name'])}: {escape(str(row['reason']))}")
    show_development(rows, decision["network"], console, wide=console.width >= _WIDE)
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
    """Figures per unit; a narrow terminal goes without some of them, the document has them."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("framework", overflow="fold", min_width=15)
    columns = _columns(rows, decision, wide=width >= _WIDE)
    for title, _ in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        chosen = row["id"] in decision["selected"]
        name = ("* " if chosen else "  ") + escape(row["name"])
        table.add_row(name, *(cell(row) for _, cell in columns), style="bold" if chosen else None)
    return table


def _columns(rows: Sequence[Mapping[str, Any]], decision: Mapping[str, Any], *, wide: bool) -> list[Column]:
    carbon = decision["objective"] == Objective.CARBON
    columns: list[Column] = [("energy", lambda row: _figure(row["energy_per_unit"], "J"))]
    if carbon:
        columns.append(("carbon", lambda row: _figure(row["sci"]["score"], "g")))
    columns.append(("× best", lambda row: _ratio(row["ratio_to_best"])))
    if wide or not carbon:
        columns += [
            ("CPU time", lambda row: _figure(row["cpu_seconds_per_unit"], "s")),
            ("× best", lambda row: _ratio(row["cpu_ratio_to_best"])),
        ]
    if wide and decision["stage"] == Stage.INFERENCE:
        columns += [
            ("p50", lambda row: _figure(row["latency"]["p50"], "s")),
            ("memory", lambda row: _size(row["peak_memory"])),
        ]
    if metric := next((row["quality"]["metric"] for row in rows if row["quality"]["metric"]), None):
        columns.append((metric[:8], lambda row: _plain(row["quality"]["value"])))
    return columns


def _notes(decision: Mapping[str, Any]) -> Iterator[str]:
    cost = decision["selection_cost"]
    seconds = cost["duration"]["value"] or 0.0
    yield f"Selecting cost {_figure(cost['energy'], 'J')} and {format_duration(seconds)}."
    payback = cost["payback_units"]
    if payback["value"] is not None:
        yield f"It has paid for itself after {significant(payback['value'], 2)} {payback['unit']}s."
    yield from carbon_lines(decision)
    for warning in decision["warnings"]:
        yield f"! {warning['message']}; {warning['remedy']}."


def _figure(quantity: Mapping[str, Any], unit: str) -> str:
    return "–" if quantity["value"] is None else format_si(quantity["value"], unit)


def _plain(quantity: Mapping[str, Any]) -> str:
    return "–" if quantity["value"] is None else significant(quantity["value"])


def _size(quantity: Mapping[str, Any]) -> str:
    return "–" if quantity["value"] is None else format_bytes(quantity["value"])


def _ratio(quantity: Mapping[str, Any]) -> str:
    if quantity["value"] is None:
        return "–"
    value = _times(quantity["value"])
    if quantity["low"] is None or quantity["high"] is None:
        return value
    return f"{value} {_times(quantity['low'])}–{_times(quantity['high'])}"


def _times(ratio: float) -> str:
    """A ratio; one beyond a thousand says no more than that it is not known."""
    return f"{ratio:.2f}" if ratio < _BEYOND else f">{_BEYOND}"
