"""A plan as people read it: whole lifetimes, where the choice would change, and the curve."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.carbon.network import described
from framewatt.records.units import format_count
from framewatt.reports.text.curve import draw
from framewatt.reports.text.figures import UNKNOWN, grams, watt_hours, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from framewatt.lifecycle.break_even import BreakEven
    from framewatt.lifecycle.document import Plan, PlanRow
    from framewatt.records import Estimate

_STAGES = ("network", "development", "training", "inference")
_WIDE = 100


def show_plan(plan: Plan, console: Console) -> None:
    """Print a plan on a console of any width."""
    letters = dict(zip((row.id for row in plan.rows), ascii_uppercase, strict=False))
    console.print(f"\n[bold]{escape(_headline(plan))}[/bold]")
    console.print(_lifetimes(plan, letters, wide=console.width >= _WIDE))
    if plan.break_even:
        best = escape(plan.best.name)
        console.print(f"\nAgainst {best}: what each needs more, and where the choice would change:")
        console.print(_rivals(plan, letters))
    if len(letters) > 1 and (lines := draw(plan.curve, letters)):
        console.print("\nTimes the least total, over the inferences a year:")
        console.print("\n".join(lines), markup=False, no_wrap=True, overflow="crop")
    for line in _notes(plan):
        console.print(f"  {escape(line)}")
    console.print(f"\n[bold]{escape(plan.advice)}[/bold]")


def _headline(plan: Plan) -> str:
    volumes = plan.volumes
    counts = (volumes.development_runs, volumes.trainings_per_year, volumes.inferences_per_year)
    loops, trainings, inferences = map(format_count, counts)
    return (
        f"Energy over {volumes.years:g} {'year' if volumes.years == 1 else 'years'}: {loops} edit-run loops, "
        f"{trainings} trainings and {inferences} inferences a year"
    )


def _lifetimes(plan: Plan, letters: Mapping[str, str], *, wide: bool) -> Table:
    """Energy per stage; a narrow terminal goes without the total's interval, the document has it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("framework", overflow="fold", min_width=12)
    carbon = plan.intensity.value is not None
    ends = ("low", "high") if wide else ()
    for title in (*_STAGES, "total", *ends, *(("carbon",) if carbon else ())):
        table.add_column(title, justify="right", no_wrap=True)
    for row in plan.rows:
        chosen = row is plan.best
        cells = [_stage(row, name) for name in _STAGES]
        cells += [written(getattr(row.total, end), watt_hours) for end in ("value", *ends)]
        cells += [written(row.carbon.value, grams)] if carbon else []
        mark = letters.get(row.id, " ") + ("*" if chosen else " ")
        table.add_row(mark, escape(row.name), *cells, style="bold" if chosen else None)
    return table


def _stage(row: PlanRow, name: str) -> str:
    """A dash for a stage that the runs did not study."""
    missing = {"training": row.training is None, "inference": row.serving is None}
    return UNKNOWN if missing.get(name) else written(row.stages[name].value, watt_hours)


def _rivals(plan: Plan, letters: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("more in total", no_wrap=True, justify="right")
    table.add_column("inferences a year at which the choice changes", overflow="fold")
    for crossing in plan.break_even:
        mark = letters.get(crossing.other, " ")
        table.add_row(mark, _more(crossing.total), escape(_change(crossing, letters)))
    return table


def _more(gap: Estimate) -> str:
    """What a rival needs more, with its interval: at the worst of both intervals."""
    return f"{watt_hours(gap.value)} ({watt_hours(gap.low)} to {watt_hours(gap.high)})"


def _change(crossing: BreakEven, letters: Mapping[str, str]) -> str:
    volume = crossing.volume
    if volume.value is None:
        return str(volume.reason)
    ground = " by measured CPU seconds" if crossing.decided_on == "cpu_seconds" else ""
    above = letters.get(str(crossing.changes_to), crossing.changes_to)
    value, low, high = (written(end, format_count) for end in (volume.value, volume.low, volume.high))
    return f"{value} ({low} to {high}){ground}; above it {above}"


def _notes(plan: Plan) -> Iterator[str]:
    yield from _gaps(plan)
    for missing in plan.left_out:
        yield f"left out of {missing.stage}: {missing.name}: {missing.reason}."
    if any(row.coefficients["download"].value for row in plan.rows):
        yield f"Network, for the downloads and not on this machine: {described(plan.network)}."
    if plan.intensity.value is None:
        yield f"Carbon is open: {plan.intensity.reason}."


def _gaps(plan: Plan) -> Iterator[str]:
    """What is not known and therefore not counted, once for all whom it concerns."""
    concerned: dict[str, list[str]] = {}
    for row in plan.rows:
        for figure in row.coefficients.values():
            if figure.reason:
                concerned.setdefault(figure.reason, []).append(row.name)
    for gap, names in concerned.items():
        yield f"! {'All' if len(names) == len(plan.rows) else ', '.join(names)}: counted {gap}."
