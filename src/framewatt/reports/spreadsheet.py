"""Tables as CSV: every figure in its unit with its interval, one header for all tables."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.reports.page import Column, Page, Row, Table, Value


def pages_csv(pages: Sequence[Page], *, details: bool = False) -> str:
    """All rows of all tables; a column is empty where a table does not have it."""
    tables = [table for page in pages for table in page.tables(details=details)]
    rows = [record for table in tables for record in _records(table)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _records(table: Table) -> Iterator[dict[str, Value]]:
    with_ends = [any(row.cells[n].low is not None for row in table.rows) for n in range(len(table.columns))]
    marked, remarked = (any(getattr(row, what) for row in table.rows) for what in ("mark", "remark"))
    for row in table.rows:
        record: dict[str, Value] = {**table.labels}
        for column, cell, ends in zip(table.columns, row.cells, with_ends, strict=True):
            record[_head(column)] = cell.value
            if ends:
                record |= {_head(column, "_low"): cell.low, _head(column, "_high"): cell.high}
        yield record | _state(row, marked=marked, remarked=remarked)


def _state(row: Row, *, marked: bool, remarked: bool) -> dict[str, Value]:
    standing: dict[str, Value] = {"standing": row.mark.value if row.mark else None} if marked else {}
    return standing | ({"remark": row.remark or None} if remarked else {})


def _head(column: Column, end: str = "") -> str:
    return f"{column.name}{end} [{column.unit}]" if column.unit else f"{column.name}{end}"
