"""A plan as people read it: whole lifetimes, where the choice would change, and the curve."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from framewatt.carbon.network import described
from framewatt.records.units import format_count, format_si
from framewatt.reports.text.curve import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

_STAGES = ("network", "development", "training", "inference")
_WIDE = 100
_JOULES_PER_WH = 3600.0


def show_plan(plan: Mapping[str, Any], console: Console) -> None:
    """Print a plan on a console of any width."""
    letters = dict(zip((row["id"] for row in plan["candidates"]), ascii_uppercase, strict=False))
    console.print(f"\n[bold]{escape(_headline(plan))}[/bold]")
    console.print(_lives(plan, letters, wide=console.width >= _WIDE))
    if plan["break_even"]:
        best = plan["candidates"][0]["name"]
        console.print(f"\nAgainst {escape(best)}: what each needs more, and where the choice would change:")
        console.print(_rivals(plan, letters))
    if len(letters) > 1 and (lines := draw(plan["curve"], letters)):
        console.print("\nTimes the least total, over the inferences a year:")
        console.print("\n".join(lines), markup=False, no_wrap=True, overflow="crop")
    for line in _notes(plan):
        console.print(f"  {escape(line)}")
    console.print(f"\n[bold]{escape(plan['advice'])}[/bold]")


def _headline(plan: Mapping[str, Any]) -> str:
    told = plan["variables"]
    loops, trainings, inferences = (
        format_count(told[name]) for name in ("development_runs", "trainings_per_year", "inferences_per_year")
    )
    return (
        f"Energy over {told['years']:g} {'year' if told['years'] == 1 else 'years'}: {loops} edit-run loops, "
        f"{trainings} trainings and {inferences} inferences a year"
    )


def _lives(plan: Mapping[str, Any], letters: Mapping[str, str], *, wide: bool) -> Table:
    """Energy per stage; a narrow terminal goes without the total's interval, the document has it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("framework", overflow="fold", min_width=12)
    carbon = plan["intensity"]["value"] is not None
    ends = ("low", "high") if wide else ()
    for title in (*_STAGES, "total", *ends, *(("carbon",) if carbon else ())):
        table.add_column(title, justify="right", no_wrap=True)
    for row in plan["candidates"]:
        total = row["total"]
        chosen = row["id"] == plan["selected"]
        cells = [_stage(row, name) for name in _STAGES]
        cells += [_energy(total[end]) for end in ("value", *ends)]
        cells += [format_si(row["carbon"]["value"], "g")] if carbon else []
        mark = letters.get(row["id"], " ") + ("*" if chosen else " ")
        table.add_row(mark, escape(row["name"]), *cells, style="bold" if chosen else None)
    return table


def _stage(row: Mapping[str, Any], name: str) -> str:
    """A dash for a stage that the runs did not study."""
    missing = {"training": row["training"] is None, "inference": row["serving"] is None}
    return "–" if missing.get(name) else _energy(row["stages"][name]["value"])


def _rivals(plan: Mapping[str, Any], letters: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("more in total", no_wrap=True, justify="right")
    table.add_column("inferences a year at which the choice changes", overflow="fold")
    for one in plan["break_even"]:
        table.add_row(
            letters.get(one["between"][1], " "), _more(one["total_difference"]), escape(_change(one, letters))
        )
    return table


def _more(gap: Mapping[str, Any]) -> str:
    """What a rival needs more, with its interval: at the worst of both intervals."""
    return f"{_energy(gap['value'])} ({_energy(gap['low'])} to {_energy(gap['high'])})"


def _change(one: Mapping[str, Any], letters: Mapping[str, str]) -> str:
    volume = one["volume"]
    if volume["value"] is None:
        return str(volume["reason"])
    ground = " by measured CPU seconds" if one["decided_on"] == "cpu_seconds" else ""
    above = letters.get(one["changes_to"], one["changes_to"])
    found, low, high = (format_count(volume[end]) for end in ("value", "low", "high"))
    return f"{found} ({low} to {high}){ground}; above it {above}"


def _notes(plan: Mapping[str, Any]) -> Iterator[str]:
    yield from _gaps(plan)
    for one in plan["left_out"]:
        yield f"left out of {one['stage']}: {one['name']}: {one['reason']}."
    if any(row["coefficients"]["download"]["value"] for row in plan["candidates"]):
        yield f"Network, for the downloads and not on this machine: {described(plan['network'])}."
    if plan["intensity"]["value"] is None:
        yield f"Carbon is open: {plan['intensity']['reason']}."


def _gaps(plan: Mapping[str, Any]) -> Iterator[str]:
    """What is not known and therefore not counted, once for all whom it concerns."""
    whose: dict[str, list[str]] = {}
    for row in plan["candidates"]:
        for figure in row["coefficients"].values():
            if figure["reason"]:
                whose.setdefault(figure["reason"], []).append(row["name"])
    everyone = len(plan["candidates"])
    for gap, names in whose.items():
        yield f"! {'All' if len(names) == everyone else ', '.join(names)}: counted {gap}."


def _energy(joules: float) -> str:
    return format_si(joules / _JOULES_PER_WH, "Wh")
