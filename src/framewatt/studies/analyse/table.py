"""Reading a table of runs: CodeCarbon's emissions.csv, a paper's raw data, a colleague's spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from framewatt.discovery import nearest
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

JOULES = {"J": 1.0, "kJ": 1e3, "MJ": 1e6, "Wh": 3.6e3, "kWh": 3.6e6}
_BY_NAME = {"j": "J", "joule": "J", "joules": "J", "kj": "kJ", "wh": "Wh", "kwh": "kWh"}
_CODECARBON = {"energy_consumed", "cpu_energy", "gpu_energy", "ram_energy"}
_CELL = re.compile(r"\s*(?P<number>[^\s A-Za-z]\S*?|nan|inf)\s*(?P<unit>[kM]?J|k?Wh)?\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_SAME_UNIT = 1e5
"""Repeats of one candidate that differ by more than this are taken for mixed units."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns say what; `unit` None means: from the cells, the column's name, or joules."""

    candidate: str
    energy: str
    unit: str | None = None
    block: str | None = None
    by: tuple[str, ...] = ()
    time: str | None = None

    def __post_init__(self) -> None:
        """Refuse a column that would say two things.

        Raises:
            BadInput: the candidate's or the energy's column is named for something else too.
        """
        for name in (self.candidate, self.energy):
            if self.names.count(name) > 1:
                raise BadInput(f"column {name!r} is named twice: it cannot say two things of a run")

    @property
    def names(self) -> tuple[str | None, ...]:
        """The columns of all roles, None for those without."""
        return (self.candidate, self.energy, self.block, self.time, *self.by)


@dataclass(frozen=True, slots=True)
class Run:
    """One row: whose run, J, and what it belongs to."""

    line: int
    candidate: str
    joules: float
    block: str | None
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunTable:
    """A table's runs in the order in which they were measured, and how its unit was found."""

    runs: tuple[Run, ...]
    unit: str
    unit_source: str


def read_table(path: Path, columns: Columns) -> RunTable:
    """Read the runs.

    Raises:
        BadInput: no such file or column, text in numbers, energies that are not above zero, mixed units.
    """
    rows = list(_rows(path, columns))
    if not rows:
        raise BadInput(f"{path}: the table has no rows below its header")
    if columns.time:
        rows.sort(key=lambda row: _moment(path, *row, column=columns.time or ""))
    parsed = [_energy(path, line, row[columns.energy], columns.energy) for line, row in rows]
    unit, source = _unit(path, columns, {written for _, written in parsed if written})
    runs = tuple(
        Run(
            line,
            row[columns.candidate].strip(),
            number * JOULES[unit],
            row[columns.block].strip() if columns.block else None,
            tuple(row[name].strip() for name in columns.by),
        )
        for (line, row), (number, _) in zip(rows, parsed, strict=True)
    )
    _refuse_mixed(path, runs)
    return RunTable(runs, unit, source)


def _rows(path: Path, columns: Columns) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a text file in UTF-8; export the table as CSV") from None
    try:
        dialect = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)
    try:
        yield from _checked(path, reader, columns)
    except csv.Error as error:
        raise BadInput(f"{path}:{reader.line_num}: {error}; is a quote left open?") from None


def _checked(
    path: Path, reader: csv.DictReader[str], columns: Columns
) -> Iterator[tuple[int, Mapping[str, str]]]:
    wanted = [name for name in columns.names if name is not None]
    _check_header(path, [name for name in reader.fieldnames or [] if name], wanted)
    for row in reader:
        if None in row:
            raise BadInput(
                f"{path}:{reader.line_num}: more cells than the header has columns; "
                "put numbers with a decimal comma in quotes, or separate by ;"
            )
        missing = next((name for name in wanted if row.get(name) in {None, ""}), None)
        if missing is not None:
            raise BadInput(f"{path}:{reader.line_num}: nothing in column {missing!r}")
        if reader.reader.dialect.delimiter == ",":
            _refuse_ambiguous(path, reader.line_num, row[columns.energy])
        yield reader.line_num, row


def _refuse_ambiguous(path: Path, line: int, cell: str) -> None:
    """Where commas separate the columns, one within a number may be of either kind."""
    match = _CELL.fullmatch(cell)
    number = match["number"] if match else ""
    if _THOUSANDS.fullmatch(number):
        ways = f"{number.replace(',', '')} or {number.replace(',', '.', 1).replace(',', '')}"
        raise BadInput(f"{path}:{line}: {number}: a decimal comma or thousands? write {ways}")


def _check_header(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    if not names:
        raise BadInput(f"{path}: the table is empty")
    for name in wanted:
        if name not in names:
            raise BadInput(f"{path}: no column {name!r}{nearest(name, names)}")
        if names.count(name) > 1:
            raise BadInput(f"{path}: two columns are named {name!r}; rename one")


def _energy(path: Path, line: int, cell: str, column: str) -> tuple[float, str | None]:
    match = _CELL.fullmatch(cell)
    try:
        value = float(match["number"].replace(",", ".") if match else cell)
    except ValueError:
        raise BadInput(f"{path}:{line}: {cell!r} in column {column!r} is not a number") from None
    if not (math.isfinite(value) and value > 0):
        raise BadInput(f"{path}:{line}: an energy of {cell.strip()}: energies must be finite and above 0")
    unit = _canonical(match["unit"]) if match and match["unit"] else None
    return value, unit


def _unit(path: Path, columns: Columns, written: set[str]) -> tuple[str, str]:
    if len(written) > 1:
        raise BadInput(f"{path}: column {columns.energy!r} mixes units: {', '.join(sorted(written))}")
    if written and columns.unit and written != {columns.unit}:
        raise BadInput(f"{path}: column {columns.energy!r} is in {written.pop()}, not in {columns.unit}")
    if columns.unit or written:
        return columns.unit or written.pop(), "given"
    last = re.split(r"[\s_()\[\]/]+", columns.energy.lower().rstrip(")] "))[-1]
    if columns.energy in _CODECARBON:
        return "kWh", "CodeCarbon writes this column in kWh"
    if last in _BY_NAME:
        return _BY_NAME[last], f"from the column's name {columns.energy!r}"
    return "J", "not given: taken as J (--unit says otherwise; ratios do not depend on it)"


def _canonical(unit: str) -> str:
    return next(name for name in JOULES if name.lower() == unit.lower())


def _refuse_mixed(path: Path, runs: Sequence[Run]) -> None:
    ends: dict[tuple[object, ...], tuple[float, float]] = {}
    for run in runs:
        low, high = ends.get((run.candidate, run.group), (run.joules, run.joules))
        ends[run.candidate, run.group] = min(low, run.joules), max(high, run.joules)
    for (candidate, _), (low, high) in ends.items():
        if high / low > _SAME_UNIT:
            raise BadInput(
                f"{path}: repeats of {candidate!r} differ by a factor of {high / low:.2g}: "
                "bring the column to one unit"
            )


def _moment(path: Path, line: int, row: Mapping[str, str], *, column: str) -> float:
    cell = row[column].strip()
    refusal = BadInput(f"{path}:{line}: {cell!r} in column {column!r} is not a time (ISO 8601 or a number)")
    try:
        moment = float(cell)
    except ValueError:
        try:
            return datetime.fromisoformat(cell).timestamp()
        except ValueError:
            raise refusal from None
    if not math.isfinite(moment):
        raise refusal
    return moment
