"""What a document says to people before it has a form: sentences and titled tables.

Each document says once what its tables are (`framewatt.reports.pages`); terminals, Markdown, spreadsheets and
notebooks only draw them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from framewatt.records import Json

Value = float | int | str | bool | None
"""What a spreadsheet can hold."""


class Mark(StrEnum):
    """What became of a row's contestant."""

    CHOSEN = "chosen"
    MAYBE = "maybe"
    RULED_OUT = "ruled_out"
    FAILED = "failed"


class Tone(StrEnum):
    """How loudly a sentence is said."""

    PLAIN = "plain"
    STRONG = "strong"
    ASIDE = "aside"
    WARNING = "warning"
    REMEDY = "remedy"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as people read it, and as a spreadsheet does: in the column's unit, with its 95 % interval."""

    text: str
    value: Value = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `name` and `unit` are for spreadsheets, and one without `title` stands only there.

    `bar` draws its figures, shorter is better. Where there is too little room, words (`left`) are cut, each
    column down to its `least`, then columns go by `spare`, highest first.
    """

    name: str
    title: str | None = None
    unit: str = ""
    left: bool = False
    bar: bool = False
    least: int = 14
    spare: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; whoever has no figures has a `remark` in their place."""

    cells: tuple[Cell, ...]
    mark: Mark | None = None
    remark: str = ""
    today: bool = False
    """It is what runs today."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; the first column names them.

    `labels` tell it from other tables of the same columns, in a spreadsheet that holds all of them.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of words."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines of characters whose places matter."""

    lines: tuple[str, ...]


Part = Table | Sentence | Drawing


@dataclass(frozen=True, slots=True)
class Page:
    """A document for people: THE sentence with the verdict, what everybody reads, and the rest.

    `title` says what it is about, where several pages stand together; `hints` are what to look at or to type
    next, each with its label.
    """

    headline: str
    badge: str = ""
    title: str = ""
    body: tuple[Part, ...] = ()
    details: tuple[Part, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()

    def tables(self, *, details: bool = False) -> list[Table]:
        """Its tables, with those of the details where asked for."""
        parts = (*self.body, *(self.details if details else ()))
        return [part for part in parts if isinstance(part, Table)]

    def labelled(self, **labels: str) -> Page:
        """The same page with its tables told from those of other pages."""

        def told(part: Part) -> Part:
            return replace(part, labels={**labels, **part.labels}) if isinstance(part, Table) else part

        return replace(self, body=tuple(map(told, self.body)), details=tuple(map(told, self.details)))


Field = tuple[Column, "Callable[[Json], Cell]"]
"""A column, and how a row of the document fills it."""


def table(
    title: str,
    fields: Iterable[Field],
    rows: Iterable[Json],
    mark: Callable[[Json], Mark | None] = lambda _: None,
    remark: Callable[[Json], str] = lambda _: "",
) -> Table:
    """A table of a document's rows."""
    fields = tuple(fields)
    made = [Row(tuple(read(row) for _, read in fields), mark(row), remark(row)) for row in rows]
    return Table(title, tuple(column for column, _ in fields), tuple(made))


def words(text: str) -> Cell:
    """A cell of words: the same for everybody."""
    return Cell(text, text)


def sentences(lines: Iterable[str], tone: Tone = Tone.PLAIN) -> tuple[Sentence, ...]:
    """Each line in one tone."""
    return tuple(Sentence(line, tone) for line in lines)
