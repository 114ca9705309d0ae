"""What developing with each framework costs: from the download to the edit-run loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.network import described
from framewatt.records.units import format_bytes, format_duration, format_energy
from framewatt.reports.figures import figure
from framewatt.reports.page import Cell, Column, Row, Sentence, Table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from framewatt.records import Json

    Stage = tuple[str, str, str, str, Callable[[float], str], int]
    """A title, the phase and the figure under it, its unit, how it is written, how soon it goes."""

_STAGES: tuple[Stage, ...] = (
    ("download", "download", "bytes", "B", format_bytes, 0),
    ("network", "download", "energy", "J", format_energy, 3),
    ("install", "install", "duration", "s", format_duration, 0),
    ("1st import", "first_import", "duration", "s", format_duration, 2),
    ("2nd import", "second_import", "duration", "s", format_duration, 4),
    ("first run", "compile", "duration", "s", format_duration, 5),
    ("edit-run", "edit_run", "duration", "s", format_duration, 0),
    ("energy", "edit_run", "energy", "J", format_energy, 6),
)
"""``first run``: the first inference or training step (on a table: round), with what is compiled for it."""


def development_parts(rows: Sequence[Json], network: Json) -> Iterator[Table | Sentence]:
    """One line for each framework whose environment was built, and one for its converter's."""
    built = list(_one_per_environment(rows))
    if not built:
        return
    columns = [
        Column(f"{phase}_{name}", title, unit, spare=spare) for title, phase, name, unit, _, spare in _STAGES
    ]
    titles = [row["title"] for row in built]
    made = []
    for row in built:
        version = f" {row['version']}" if titles.count(row["title"]) > 1 else ""
        made.append(Row((words(row["title"] + version), *_cells(row))))
        if row["phases"]["convert_download"]["bytes"]["value"] is not None:
            made.append(Row((words("  its converter"), *_cells(row, "convert_"))))
    title = "Developing with it, once a machine and at every edit-run loop"
    yield Table(title, (Column("framework", "", left=True), *columns), tuple(made))
    yield Sentence(_provenances(built))
    yield Sentence(f"Network: {described(network)}.")


def _one_per_environment(rows: Sequence[Json]) -> Iterator[Json]:
    """Settings of one framework and version share what it took to get there."""
    shown = set()
    for row in rows:
        key = row["framework"], row["version"]
        if key not in shown and row["phases"]["install"]["duration"]["value"] is not None:
            shown.add(key)
            yield row


def _cells(row: Json, prefix: str = "") -> Iterator[Cell]:
    for _, phase, name, _, write, _ in _STAGES:
        cell = figure(row["phases"].get(prefix + phase, {}).get(name), write)
        yield Cell("") if prefix and cell.value is None else cell


def _provenances(rows: Sequence[Json]) -> str:
    """Where the figures of the columns come from: ``download published, install measured``."""
    by_kind: dict[str, list[str]] = {}
    for title, phase, name, *_ in _STAGES:
        kinds = {row["phases"][phase][name]["provenance"] for row in rows} - {None}
        by_kind.setdefault(" or ".join(sorted(kinds)), []).append(title)
    by_kind.pop("", None)
    return "; ".join(f"{', '.join(titles)}: {kind}" for kind, titles in by_kind.items()).capitalize() + "."
