"""A CSV file as columns: numbers as float64, texts as categories. Standard library and numpy only.

A table of millions of cells needs no data-frame library here: the file is read in chunks, and a column
that holds a text anywhere is read a second time as categories.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TextIO

import numpy as np

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_CHUNK_ROWS = 20_000
_MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `values` are numbers, or codes into `categories`; NaN where a cell is empty."""

    name: str
    values: NDArray[np.float64]
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """Where the text lies and how it is encoded; cells are separated by what the first line uses most."""

    path: Path
    encoding: str

    def open(self) -> TextIO:
        """Its text; the mark with which some programs begin UTF-8 is no part of it."""
        return self.path.open(newline="", encoding=self.encoding)

    @property
    def separator(self) -> str:
        """A comma, a semicolon or a tab."""
        with self.open() as file:
            line = file.readline()
        return max(",;\t", key=line.count)


def read_csv(path: Path, encoding: str = "utf-8") -> list[Column]:
    """All columns in the file's order; where cells are separated by ``;``, a comma may stand for the point.

    Raises:
        BadInput: no header, ragged rows, two columns of one name, not text in that encoding.
    """
    file = _File(path, "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding)
    try:
        names = _header(file)
        numbers, texts = _numbers(file, names)
        codes = _codes(file, names, texts) if texts else {}
    except UnicodeError:
        raise BadInput(f"{path}: not text in {encoding}; name its --encoding, such as latin-1") from None
    except (OSError, csv.Error) as error:
        raise BadInput(f"{path}: not a readable CSV file ({error})") from None
    return [
        Column(name, *codes[index]) if index in codes else Column(name, numbers[index])
        for index, name in enumerate(names)
    ]


def _header(file: _File) -> list[str]:
    with file.open() as lines:
        names = [name.strip() for name in next(csv.reader(lines, delimiter=file.separator), [])]
    if len(names) < 2:  # noqa: PLR2004 - a target and something to learn from
        raise BadInput(f"{file.path}: the first line must name at least two columns, separated by , ; or tab")
    require_distinct(file.path, names)
    return names


def require_distinct(path: Path, names: Sequence[str]) -> None:
    """Refuse a table in which a name means two columns.

    Raises:
        BadInput: with the name.
    """
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise BadInput(f"{path}: two columns are called {min(repeated)!r}")


def _chunks(file: _File, width: int) -> Iterator[list[tuple[str, ...]]]:
    """Columns of consecutive rows, as texts."""
    with file.open() as lines:
        reader = csv.reader(lines, delimiter=file.separator)
        next(reader)
        begin = reader.line_num
        while rows := list(islice(reader, _CHUNK_ROWS)):
            ragged = next((number for number, row in enumerate(rows, 1) if len(row) not in {0, width}), None)
            if ragged is not None:
                reason = f"a row of {len(rows[ragged - 1])} cells, but the header names {width}"
                raise BadInput(f"{file.path}: {reason} (near line {begin + ragged})")
            begin = reader.line_num
            if filled := [row for row in rows if row]:
                yield list(zip(*filled, strict=True))


def _numbers(file: _File, names: Sequence[str]) -> tuple[list[NDArray[np.float64]], set[int]]:
    """Every column as numbers, and which columns hold a text somewhere."""
    texts: set[int] = set()
    parts: list[list[NDArray[np.float64]]] = [[] for _ in names]
    number = _decimal if file.separator == ";" else float
    for columns in _chunks(file, len(names)):
        for index in set(range(len(names))) - texts:
            cells = ["nan" if cell.strip() in _MISSING else cell for cell in columns[index]]
            try:
                parts[index].append(np.fromiter(map(number, cells), np.float64, len(cells)))
            except ValueError:
                texts.add(index)
    return [np.concatenate(part) if part else np.empty(0) for part in parts], texts


def _decimal(cell: str) -> float:
    """A number with a decimal point or comma."""
    return float(cell.replace(",", ".") if cell.count(",") == 1 else cell)


def _codes(
    file: _File, names: Sequence[str], texts: set[int]
) -> dict[int, tuple[NDArray[np.float64], tuple[str, ...]]]:
    """Text columns as codes into their sorted categories."""
    known: dict[int, dict[str, int]] = {index: {} for index in texts}
    parts: dict[int, list[float]] = {index: [] for index in texts}
    for columns in _chunks(file, len(names)):
        for index in texts:
            codes = known[index]
            for cell in map(str.strip, columns[index]):
                parts[index].append(float("nan") if cell in _MISSING else codes.setdefault(cell, len(codes)))
    coded = {}
    for index in texts:
        order = sorted(known[index])
        rank = np.empty(len(order) + 1)
        rank[[known[index][word] for word in order]] = np.arange(len(order))
        rank[-1] = np.nan
        raw = np.array(parts[index])
        coded[index] = (rank[np.where(np.isnan(raw), len(order), raw).astype(int)], tuple(order))
    return coded
