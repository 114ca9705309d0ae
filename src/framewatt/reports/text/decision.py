"""A decision as people read it: the tables, what went with them, and the verdict with its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.records import Objective, Stage, Status
from framewatt.records.units import format_bytes, format_duration, significant
from framewatt.reports.text.carbon import carbon_lines
from framewatt.reports.text.development import show_development
from framewatt.reports.text.figures import grams, joules, ratio_to_best, seconds, written
from framewatt.reports.text.training import show_training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from framewatt.records import Json

    Column = tuple[str, Callable[[Json], str]]
    """A title, and how a candidate's cell is written."""

_WIDE = 100
_RACED = {Status.MEASURED, Status.ELIMINATED}


def show_decision(decision: Json, console: Console) -> None:
    """Print a ``framewatt/decision/1`` document on a console of any width."""
    rows = decision["candidates"]
    raced = [row for row in rows if row["status"] in _RACED and row["energy_per_unit"]["value"] is not None]
    console.print(f"\n[bold]{escape(_headline(decision))}[/bold]")
    _show_raced(raced, decision, console)
    if decision["stage"] == Stage.TRAINING:
        show_training([row for row in rows if "training" in row], decision, console)
    for row in rows:
        if row not in raced:
            reason = escape(str(row["reason"]))
            console.print(f"  [dim]{row['status']}[/dim]  {escape(row['name'])}: {reason}")
    show_development(rows, decision["network"], console, wide=console.width >= _WIDE)
    for line in _notes(decision):
        console.print(f"  {escape(line)}")
    console.print(f"\n[bold]{escape(_verdict(decision))}[/bold]\n{escape(decision['advice'])}")


def _show_raced(raced: Sequence[Json], decision: Json, console: Console) -> None:
    """Everybody with the same settings, then each with the best ones, where those are others."""
    equal = [row for row in raced if row["equal_budget"]]
    if equal:
        console.print(_table(equal, decision, console.width))
    best = [row for row in raced if row["id"] in decision["rankings"]["best_settings"]]
    if any(not row["equal_budget"] for row in best):
        console.print("\nEach with the best settings found for it:")
        console.print(_table(best, decision, console.width))


def _headline(decision: Json) -> str:
    meter, unit = decision["meter"], decision["functional_unit"]["name"]
    workload, scenario = decision["workload"]["name"], decision["scenario"] or _training(decision)
    scope = f"{meter['provenance']} by {meter['name']}, {meter['scope']} scope"
    return f"{workload}, {scenario}: energy per {unit} ({scope})"


def _training(decision: Json) -> str:
    training = decision.get("training")
    if training is None or training["target"]["value"] is None:
        return "training"
    target = significant(training["target"]["value"], 4)
    return f"training to {training['metric']} {target} ({training['target_source']})"


def _verdict(decision: Json) -> str:
    verdict = f"Verdict: {decision['verdict']}"
    if decision["verdict"] in {"winner", "equivalent"} and decision["decided_on"] == "cpu_seconds":
        return f"{verdict} (decided on measured CPU seconds)"
    return verdict


def _table(rows: Sequence[Json], decision: Json, width: int) -> Table:
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


def _columns(rows: Sequence[Json], decision: Json, *, wide: bool) -> list[Column]:
    carbon = decision["objective"] == Objective.CARBON
    columns: list[Column] = [("energy", lambda row: written(row["energy_per_unit"]["value"], joules))]
    if carbon:
        columns.append(("carbon", lambda row: written(row["sci"]["score"]["value"], grams)))
    columns.append(("× best", lambda row: ratio_to_best(row["ratio_to_best"])))
    if wide or not carbon:
        columns += [
            ("CPU time", lambda row: written(row["cpu_seconds_per_unit"]["value"], seconds)),
            ("× best", lambda row: ratio_to_best(row["cpu_ratio_to_best"])),
        ]
    if wide and decision["stage"] == Stage.INFERENCE:
        columns += [
            ("p50", lambda row: written(row["latency"]["p50"]["value"], seconds)),
            ("memory", lambda row: written(row["peak_memory"]["value"], format_bytes)),
        ]
    if metric := next((row["quality"]["metric"] for row in rows if row["quality"]["metric"]), None):
        columns.append((metric[:8], lambda row: written(row["quality"]["value"]["value"])))
    return columns


def _notes(decision: Json) -> Iterator[str]:
    cost = decision["selection_cost"]
    duration = format_duration(cost["duration"]["value"] or 0.0)
    yield f"Selecting cost {written(cost['energy']['value'], joules)} and {duration}."
    payback = cost["payback_units"]
    if payback["value"] is not None:
        yield f"It has paid for itself after {significant(payback['value'], 2)} {payback['unit']}s."
    yield from carbon_lines(decision)
    for warning in decision["warnings"]:
        yield f"! {warning['message']}; {warning['remedy']}."
