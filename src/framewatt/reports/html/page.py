"""A page as a fragment of HTML for a notebook: its sentence, its tables, and where the run is. No scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from framewatt.reports.page import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.reports.page import Cell, Column, Page, Row, Table

_STYLES = {Mark.CHOSEN: "font-weight:bold", Mark.RULED_OUT: "opacity:.65", Mark.FAILED: "opacity:.65"}
_LEFT, _RIGHT = "text-align:left", "text-align:right"
_SHADE = "rgba(127,127,127,.3)"
"""Seen on white and on black."""


def pages_html(pages: Sequence[Page]) -> str:
    """Pages below each other, each under its title where there are several."""
    return "\n".join(_page(page, titled=len(pages) > 1) for page in pages)


def _page(page: Page, *, titled: bool) -> str:
    lines = [f"<p>{escape(page.title)}</p>"] if titled and page.title else []
    badge = f" <em>({escape(page.badge)})</em>" if page.badge else ""
    lines.append(f"<p><strong>{escape(page.headline)}</strong>{badge}</p>")
    lines += [line for table in page.tables() for line in _table(table)]
    lines += [f"<p><small>{_hints(page)}</small></p>"] if page.hints else []
    return "\n".join(["<div>", *lines, "</div>"])


def _hints(page: Page) -> str:
    return " · ".join(f"{escape(label)}: <code>{escape(text)}</code>" for label, text in page.hints)


def _table(table: Table) -> Iterator[str]:
    """Columns with a title; whoever has a remark has it in place of figures."""
    shown = [(place, column) for place, column in enumerate(table.columns) if column.title is not None]
    longest = [_longest(table, place) if column.bar else 0.0 for place, column in shown]
    yield "<table>"
    if table.title:
        yield f"<caption>{escape(table.title)}</caption>"
    yield f"<thead><tr>{''.join(_head(column) for _, column in shown)}</tr></thead>"
    yield "<tbody>"
    for row in table.rows:
        style = f' style="{_STYLES[row.mark]}"' if row.mark in _STYLES else ""
        yield f"<tr{style}>{_cells(row, shown, longest)}</tr>"
    yield "</tbody></table>"


def _head(column: Column) -> str:
    return f'<th style="{_side(column)}">{escape(column.title or "")}</th>'


def _cells(row: Row, shown: Sequence[tuple[int, Column]], longest: Sequence[float]) -> str:
    if row.remark:
        name, remark = (escape(text) for text in (row.cells[0].text, row.remark))
        return f'<td style="{_LEFT}">{name}</td><td colspan="{len(shown) - 1}" style="{_LEFT}">{remark}</td>'
    cells: list[str] = []
    for (place, column), most in zip(shown, longest, strict=True):
        cell = row.cells[place]
        bar = _bar(cell, most) if most else ""
        today = " <em>(today)</em>" if row.today and not cells else ""
        cells.append(f'<td style="{_side(column)}{bar}">{escape(cell.text)}{today}</td>')
    return "".join(cells)


def _longest(table: Table, place: int) -> float:
    return max((_length(row.cells[place]) for row in table.rows if not row.remark), default=0.0)


def _length(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, float | int) else 0.0


def _bar(cell: Cell, longest: float) -> str:
    """The figure's share of the longest, drawn behind it."""
    share = f"{_length(cell) / longest:.0%}"
    return f";min-width:12em;background:linear-gradient(to right,{_SHADE} {share},transparent {share})"


def _side(column: Column) -> str:
    return _LEFT if column.left else _RIGHT
