"""What developing with each framework costs, as a table: from the download to the edit-run loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from framewatt.carbon.network import described
from framewatt.records.units import format_bytes, format_duration, format_energy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    Row = Mapping[str, Any]
    Cell = tuple[str, str, str, Callable[[float], str]]
    """A title, the phase and the figure that stand under it, and how a value is written."""

_COLUMNS: tuple[Cell, ...] = (
    ("download", "download", "bytes", format_bytes),
    ("network", "download", "energy", format_energy),
    ("install", "install", "duration", format_duration),
    ("1st import", "first_import", "duration", format_duration),
    ("2nd import", "second_import", "duration", format_duration),
    ("edit-run", "edit_run", "duration", format_duration),
)
_WIDE_COLUMNS: tuple[Cell, ...] = (
    *_COLUMNS[:-1],
    ("first run", "compile", "duration", format_duration),
    _COLUMNS[-1],
    ("energy", "edit_run", "energy", format_energy),
)
"""``first run``: the first inference or training step (on a table: round), with what is compiled for it."""


def show_development(
    rows: Sequence[Row], network: Mapping[str, Any], console: Console, *, wide: bool
) -> None:
    """Print one line for each framework whose environment was built, and one for its converter's."""
    built = list(_one_per_environment(rows))
    if not built:
        return
    columns = _WIDE_COLUMNS if wide else _COLUMNS
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("framework", overflow="fold", min_width=15)
    for title, *_ in columns:
        table.add_column(title, justify="right", no_wrap=True)
    titles = [row["title"] for row in built]
    for row in built:
        version = f" {row['version']}" if titles.count(row["title"]) > 1 else ""
        table.add_row("  " + escape(row["title"] + version), *_cells(row, columns))
        if row["phases"]["convert_download"]["bytes"]["value"] is not None:
            table.add_row("    its converter", *_cells(row, columns, "convert_"))
    console.print("\nDeveloping with it, once a machine and at every edit-run loop:")
    console.print(table)
    console.print(f"  {escape(_provenances(built, columns))}")
    console.print(f"  Network: {escape(described(network))}.")


def _one_per_environment(rows: Sequence[Row]) -> Iterator[Row]:
    """Settings of one framework and version share what it took to get there."""
    seen = set()
    for row in rows:
        key = row["framework"], row["version"]
        if key not in seen and row["phases"]["install"]["duration"]["value"] is not None:
            seen.add(key)
            yield row


def _cells(row: Row, columns: Sequence[Cell], prefix: str = "") -> Iterator[str]:
    for _, phase, figure, written in columns:
        value = row["phases"].get(prefix + phase, {}).get(figure, {}).get("value")
        yield ("" if prefix else "–") if value is None else written(value)


def _provenances(rows: Sequence[Row], columns: Sequence[Cell]) -> str:
    """Where the figures of the columns come from: ``download published, install measured``."""
    told: dict[str, list[str]] = {}
    for title, phase, figure, _ in columns:
        kinds = {row["phases"][phase][figure]["provenance"] for row in rows} - {None}
        told.setdefault(" or ".join(sorted(kinds)), []).append(title)
    told.pop("", None)
    return "; ".join(f"{', '.join(titles)}: {kind}" for kind, titles in told.items()).capitalize() + "."
