"""How each candidate came to the quality: length, test quality, seeds, model, tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_bytes
from framewatt.reports.figures import UNKNOWN, figure, joules, with_interval
from framewatt.reports.page import Cell, Column, Table, table, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.records import Json
    from framewatt.reports.page import Field


def training_tables(rows: Sequence[Json], decision: Json) -> Iterator[Table]:
    """One line for each candidate that was trained to the quality."""
    trained = [row for row in rows if "training" in row and row["training"]["rounds"]["value"] is not None]
    if trained and decision.get("training"):
        title = "What it took to reach the quality, tested on rows nobody learnt from"
        yield table(title, _fields(trained, str(decision["training"]["metric"])), trained)


def _fields(rows: Sequence[Json], metric: str) -> list[Field]:
    fields: list[Field] = [
        (Column("name", "", left=True), lambda row: words(row["name"])),
        (Column("rounds", "rounds"), lambda row: figure(row["training"]["rounds"], lambda n: f"{n:g}")),
        (
            Column(f"test_{metric}", f"{metric} on test"),
            lambda row: with_interval(row["quality"]["value"], "1"),
        ),
    ]
    if any("reached" in row["training"] for row in rows):
        fields.append((Column("seeds_reached", "seeds"), lambda row: _seeds(row["training"].get("reached"))))
    if any(row["training"]["model_size"]["value"] is not None for row in rows):
        size = Column("model_size", "model", "B", spare=1)
        fields.append((size, lambda row: figure(row["training"]["model_size"], format_bytes)))
    tuning = Column("tuning_energy", "tuning", "J", spare=2)
    return [*fields, (tuning, lambda row: figure(row["training"]["tuning"]["energy"], joules))]


def _seeds(reached: Json | None) -> Cell:
    """How many reached it: ``5 of 5 seeds``."""
    if reached is None:
        return Cell(UNKNOWN)
    return Cell(f"{reached['value']:g} {reached['reason']}", reached["value"])
