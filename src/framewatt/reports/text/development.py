"""What developing with each framework costs, as a table: from the download to the edit-run loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.carbon.network import described
from framewatt.records.units import format_bytes, format_duration, format_energy
from framewatt.reports.text.figures import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from framewatt.records import Json

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


def show_development(rows: Sequence[Json], network: Json, console: Console, *, wide: bool) -> None:
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


def _one_per_environment(rows: Sequence[Json]) -> Iterator[Json]:
    """Settings of one framework and version share what it took to get there."""
    shown = set()
    for row in rows:
        key = row["framework"], row["version"]
        if key not in shown and row["phases"]["install"]["duration"]["value"] is not None:
            shown.add(key)
            yield row


def _cells(row: Json, columns: Sequence[Cell], prefix: str = "") -> Iterator[str]:
    for _, phase, figure, written in columns:
        value = row["phases"].get(prefix + phase, {}).get(figure, {}).get("value")
        yield ("" if prefix else UNKNOWN) if value is None else written(value)


def _provenances(rows: Sequence[Json], columns: Sequence[Cell]) -> str:
    """Where the figures of the columns come from: ``download published, install measured``."""
    by_kind: dict[str, list[str]] = {}
    for title, phase, figure, _ in columns:
        kinds = {row["phases"][phase][figure]["provenance"] for row in rows} - {None}
        by_kind.setdefault(" or ".join(sorted(kinds)), []).append(title)
    by_kind.pop("", None)
    return "; ".join(f"{', '.join(titles)}: {kind}" for kind, titles in by_kind.items()).capitalize() + "."
