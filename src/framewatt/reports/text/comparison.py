"""Tables of costs and ratios as the statistical commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.records.units import format_duration, format_si, significant
from framewatt.reports.text.figures import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from framewatt.records import Json


def show_analysis(document: Json, console: Console) -> None:
    """Print every group of an analysis."""
    source = document["source"]
    unit = f"energy in {source['unit']} ({source['unit_source']})"
    console.print(escape(f"{source['table']}: {source['runs']} runs, {unit}"))
    for group in document["groups"]:
        label = ", ".join(f"{name}={value}" for name, value in group["by"].items())
        console.print(f"\n[bold]{escape(label or 'energy per run')}[/bold], {group['method']}")
        table = costs_table("candidate", ("runs", "energy", "× best"))
        for row in group["candidates"]:
            figures = interval(row["energy_per_run"], "J"), interval(row["ratio_to_best"], "1")
            cells = [str(row["runs"]), *figures]
            add_row(table, row["id"], cells, chosen=row["id"] in group["selected"])
        console.print(table)
        show_verdict(console, group)


def show_comparison(document: Json, console: Console) -> None:
    """Print a comparison of commands."""
    meter = document["meter"]
    net = "" if document["null"] is None else ", net of the null command"
    console.print(f"\nper unit{net}; energy {meter['provenance']} by {meter['name']}, {meter['scope']} scope")
    table = costs_table("command", ("runs", "energy", "× best", "CPU time", "× best"))
    for row in document["candidates"]:
        figures = (
            (row["energy_per_unit"], "J"),
            (row["ratio_to_best"], "1"),
            (row["cpu_seconds_per_unit"], "s"),
            (row["cpu_ratio_to_best"], "1"),
        )
        cells = [str(row["runs"]), *(short_interval(*figure) for figure in figures)]
        add_row(table, row["id"], cells, chosen=row["id"] in document["selected"])
    console.print(table)
    show_verdict(console, document)
    if sentence := _budget(document):
        console.print(sentence)


def _budget(document: Json) -> str:
    """What deciding would have taken, where that was not reached."""
    if document["budget_needed_seconds"]:
        budget = format_duration(document["budget_needed_seconds"])
        if document["budget_reason"]:
            return f"It would take at least {budget} to compare them."
        return f"It would take about {budget} to decide."
    if document["budget_reason"] and document["verdict"] == "undecided":
        return f"No budget is named: {escape(document['budget_reason'])}."
    return ""


def show_check(document: Json, console: Console) -> None:
    """Print a gate's judgement."""
    limit = f"{100 * document['max_increase']:.3g} %"
    table = costs_table("candidate", ("× earlier run", "judgement"))
    for row in document["candidates"]:
        add_row(table, row["candidate"], [interval(row["ratio"], "1"), row["judgement"]], chosen=row["worse"])
    console.print(table)
    outcome = "passed" if document["passed"] else "failed"
    reason = f"dearer by more than {limit} beyond doubt: {', '.join(document['worse']) or 'none'}"
    console.print(
        f"[bold]Check {outcome}[/bold] on {document['metric'].replace('_', ' ')}; {escape(reason)}."
    )


def show_verdict(console: Console, judged: Json) -> None:
    """The warnings, then the verdict with its reason."""
    for warning in judged["warnings"]:
        who = f"{warning['candidate']}: " if warning["candidate"] else ""
        console.print(f"  ! {escape(who + warning['message'])}; {escape(warning['remedy'])}.")
    ground = " (on CPU seconds)" if judged["decided_on"] == "cpu_seconds" else ""
    console.print(f"[bold]Verdict: {judged['verdict']}{ground}[/bold]: {escape(_sentence(judged))}.")


def costs_table(first: str, columns: Sequence[str]) -> Table:
    """An open table whose figures are right-aligned."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, overflow="fold", min_width=16)
    for title in columns:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def add_row(table: Table, name: str, cells: Sequence[str], *, chosen: bool) -> None:
    """A candidate's line, marked when it is selected."""
    table.add_row(("* " if chosen else "  ") + escape(name), *cells, style="bold" if chosen else None)


def interval(quantity: Json | None, unit: str) -> str:
    """A figure with its interval, as ``1.30 (1.27–1.33)``; a dash where it is unknown."""
    if quantity is None or quantity["value"] is None:
        return UNKNOWN
    known = [quantity[end] for end in ("low", "high") if quantity[end] is not None]
    if unit == "1":
        value, ends = f"{quantity['value']:.3f}", [f"{end:.3f}" for end in known]
    else:
        value = format_si(quantity["value"], unit)
        ends = [_in_the_unit_of(value, quantity["value"], end) for end in known]
    return f"{value} ({'–'.join(ends)})" if ends else value


def short_interval(quantity: Json, unit: str) -> str:
    """A ratio with its interval, a cost without: what fits beside others."""
    if unit != "1" or quantity["value"] is None:
        return UNKNOWN if quantity["value"] is None else format_si(quantity["value"], unit)
    ends = "–".join(f"{quantity[end]:.2f}" for end in ("low", "high") if quantity[end] is not None)
    return f"{quantity['value']:.2f} {ends}".strip()


def _in_the_unit_of(written: str, value: float, end: float) -> str:
    """An end of an interval with the prefix that the figure itself is written in."""
    return significant(end * float(written.split(maxsplit=1)[0]) / value if value else end)


def _sentence(judged: Json) -> str:
    who = ", ".join(judged["selected"])
    return f"{who}: {judged['reason']}" if who else str(judged["reason"])
