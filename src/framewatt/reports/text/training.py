"""How each candidate came to the quality, as a table: length, test quality, seeds, model, tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.records.units import format_bytes, significant
from framewatt.reports.text.figures import UNKNOWN, joules, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from framewatt.records import Json

    Column = tuple[str, Callable[[Json], str]]


def show_training(rows: Sequence[Json], decision: Json, console: Console) -> None:
    """Print one line for each candidate that was trained to the quality."""
    trained = [row for row in rows if row["training"]["rounds"]["value"] is not None]
    if not trained:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("framework", overflow="fold", min_width=15)
    columns = _columns(trained, str(decision["training"]["metric"]))
    for title, _ in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for row in trained:
        table.add_row("  " + escape(row["name"]), *(cell(row) for _, cell in columns))
    console.print("\nWhat it took to reach the quality (tests and intervals are on rows nobody learnt from):")
    console.print(table)


def _columns(rows: Sequence[Json], metric: str) -> list[Column]:
    columns: list[Column] = [
        ("rounds", lambda row: f"{row['training']['rounds']['value']:g}"),
        (f"{metric} on test", lambda row: _interval(row["quality"]["value"])),
    ]
    if any("reached" in row["training"] for row in rows):
        columns.append(("seeds", lambda row: _seeds(row["training"].get("reached"))))
    if any(row["training"]["model_size"]["value"] is not None for row in rows):
        columns.append(("model", lambda row: written(row["training"]["model_size"]["value"], format_bytes)))
    columns.append(("tuning", lambda row: written(row["training"]["tuning"]["energy"]["value"], joules)))
    return columns


def _seeds(reached: Json | None) -> str:
    """How many reached it: ``5 of 5 seeds``."""
    return UNKNOWN if reached is None else f"{reached['value']:g} {reached['reason']}"


def _interval(quantity: Json) -> str:
    value, low, high = (quantity[end] for end in ("value", "low", "high"))
    if value is None:
        return UNKNOWN
    ends = f" ({significant(low)} to {significant(high)})" if low is not None and high is not None else ""
    return significant(value) + ends
