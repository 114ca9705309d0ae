"""The list of frameworks, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from framewatt.carbon.network import described
from framewatt.records.units import format_bytes, format_energy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from framewatt.records import Json


def show_frameworks(document: Json, console: Console) -> None:
    """Print a ``framewatt/frameworks/1`` document, one framework a line."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for title in ("  name", "version"):
        table.add_column(title, no_wrap=True)
    table.add_column("accepts", overflow="fold")
    for title in ("download", "network", "built"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in document["frameworks"]:
        table.add_row(*_cells(row))
    console.print(table)
    console.print("  * races unless --frameworks names others", style="dim")
    console.print(escape(f"  network: {described(document['network'])}"), style="dim")


def _cells(row: Json) -> tuple[str, ...]:
    weight = row["download_bytes"]
    return (
        ("* " if row["default"] else "  ") + row["name"],
        row["version"],
        ", ".join(row["accepts"]),
        "unknown" if weight is None else format_bytes(weight),
        format_energy(row["download_energy"]["value"]),
        "yes" if row["state"] == "built" else "no",
    )


_OUTCOMES = {True: "passed", False: "failed", None: "not checked"}


def conformance_lines(document: Json) -> Iterator[str]:
    """A ``framewatt/conformance/1`` document: one line a check, with what to do where it failed."""
    for file in document["files"]:
        yield file["file"]
        for check in file["checks"]:
            problems = f": {'; '.join(check['problems'])}" if check["problems"] else ""
            yield f"  {_OUTCOMES[check['passed']]:11} {check['promise']}{problems}"


def lock_line(framework: str, role: str, packages: int, download_bytes: int) -> str:
    """One environment that was resolved anew."""
    return f"{framework} {role}: {packages} packages, {format_bytes(download_bytes)}"
