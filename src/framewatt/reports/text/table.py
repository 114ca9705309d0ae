"""A table as lines of text: no cell wraps, long names end in an ellipsis, bars take the room that is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from framewatt.reports.page import Mark
from framewatt.reports.text.glyphs import GLYPHS, STYLES, TODAY, bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.reports.page import Column, Row, Table

_GAP = 2
_SHORTEST_BAR, _LONGEST_BAR = 8, 48


def table_lines(table: Table, width: int, *, ascii_only: bool = False) -> Iterator[Text]:
    """The title and the columns' heads, a line for each row, then those who have no figures but a remark."""
    rows = [row for row in table.rows if not row.remark]
    if rows:
        yield from _Layout.of(table, rows, width, ascii_only=ascii_only).lines(table.title)
    remarked = [row for row in table.rows if row.remark]
    names = min(max((cell_len(row.cells[0].text) for row in remarked), default=0), width // 3)
    for row in remarked:
        line = f"{_sign(row)}{shortened(row.cells[0].text, names)}{' ' * _GAP}{row.remark}"
        yield Text(shortened(line, width).rstrip(), "red" if row.mark is Mark.FAILED else "dim")


def shortened(text: str, width: int) -> str:
    """`text` in exactly `width` columns, cut with an ellipsis where it is longer."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1).rstrip() + "…"


def _sign(row: Row) -> str:
    chosen = row.mark is Mark.CHOSEN
    sign = TODAY if row.today and not chosen else GLYPHS[row.mark] if row.mark else " "
    return f"{sign} "


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is shown of a table, and how wide; and how wide each column is."""

    rows: Sequence[Row]
    shown: Sequence[tuple[int, Column, int]]
    """Place, column and width of each that is shown."""
    bar_width: int
    ascii_only: bool

    @classmethod
    def of(cls, table: Table, rows: Sequence[Row], width: int, *, ascii_only: bool) -> _Layout:
        """Cut words, then leave out columns, until the rest fits; bars get what is left over."""
        columns = [(place, column) for place, column in enumerate(table.columns) if column.title is not None]
        has_bar = any(column.bar for _, column in columns)
        room = width - len("✓ ") - (_SHORTEST_BAR + _GAP if has_bar else 0)
        while True:
            wanted = [_width(place, column, rows) for place, column in columns]
            sizes = _cut(wanted, [column for _, column in columns], room - _GAP * (len(columns) - 1))
            left = room - sum(sizes) - _GAP * (len(columns) - 1)
            spare = max(columns, key=lambda entry: entry[1].spare)
            if left >= 0 or not spare[1].spare:
                break
            columns.remove(spare)
        bar_width = min(max(left, 0) + _SHORTEST_BAR, _LONGEST_BAR) if has_bar else 0
        shown = [(*column, size) for column, size in zip(columns, sizes, strict=True)]
        return cls(rows, shown, bar_width, ascii_only)

    def lines(self, title: str) -> Iterator[Text]:
        yield from self._head(title)
        most = max((self._figure(row) for row in self.rows), default=0.0)
        for row in self.rows:
            yield self._line(row, most)

    def _head(self, title: str) -> Iterator[Text]:
        """The title stands over the columns that have none, or on a line of its own."""
        titled = next((n for n, (_, column, _) in enumerate(self.shown) if n and column.title), None)
        left = self.shown[:titled] if titled else self.shown
        room = 2 + sum(size + _GAP for _, _, size in left) - _GAP
        room += self.bar_width + _GAP if any(column.bar for _, column, _ in left) else 0
        first = self.shown[0][1].title
        if first or cell_len(title) + 2 > room:
            if title:
                yield Text(title, "bold")
            title = first or ""
        heads = [shortened(f"  {title}", room)]
        if titled:
            heads += [_aligned(column.title or "", column, size) for _, column, size in self.shown[titled:]]
        line = (" " * _GAP).join(heads).rstrip()
        if line:
            yield Text(line, "dim")

    def _line(self, row: Row, most: float) -> Text:
        style = STYLES[row.mark] if row.mark else "default"
        line = Text(_sign(row), style)
        for number, (place, column, size) in enumerate(self.shown):
            cell = row.cells[place]
            if column.bar:
                drawn = (
                    bar(self._figure(row) / most, self.bar_width, ascii_only=self.ascii_only) if most else ""
                )
                line.append(" " * _GAP + set_cell_size(drawn, self.bar_width), style)
            text = _aligned(cell.text, column, size) if number else shortened(cell.text, size)
            line.append(
                (" " * _GAP if number else "") + text, "bold" if row.mark is Mark.CHOSEN else "default"
            )
        line.rstrip()
        return line

    def _figure(self, row: Row) -> float:
        place = next((place for place, column, _ in self.shown if column.bar), None)
        value = row.cells[place].value if place is not None else None
        return float(value) if isinstance(value, float | int) else 0.0


def _cut(sizes: Sequence[int], columns: Sequence[Column], room: int) -> list[int]:
    """Widths that fit into `room`, if cutting words does it: the widest first, none below its least."""
    cut = list(sizes)
    while sum(cut) > room:
        longer = [n for n, column in enumerate(columns) if column.left and cut[n] > column.least]
        if not longer:
            break
        cut[max(longer, key=lambda n: cut[n])] -= 1
    return cut


def _width(place: int, column: Column, rows: Sequence[Row]) -> int:
    cells = [row.cells[place] for row in rows]
    return max(map(cell_len, [column.title or "", *(cell.text for cell in cells)]))


def _aligned(text: str, column: Column, size: int) -> str:
    text = shortened(text, size).rstrip()
    padding = " " * (size - cell_len(text))
    return text + padding if column.left else padding + text
