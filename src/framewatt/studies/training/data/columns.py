"""Which columns of a table are learnt from: all but those left out, and those that only count its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.discovery import nearest
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from framewatt.studies.training.data.csv_table import Column

_INDEX_NAMES = frozenset({"", "Unnamed: 0", "__index_level_0__"})
"""How pandas writes an index that was not asked for."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is learnt from, and what there is to say about it."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def features_of(path: Path, columns: Sequence[Column], target: str, dropped: Sequence[str]) -> Features:
    """Every column but the target, those to drop, and a nameless one that counts the rows.

    A named one that counts them stays, with a note: it may mean something, such as the time.

    Raises:
        BadInput: a column to drop is not there or is the target, or nothing is left.
    """
    names = [column.name for column in columns]
    for name in dropped:
        if name not in names:
            raise BadInput(f"--drop {name!r}: {path} has no such column{nearest(name, names)}")
        if name == target:
            raise BadInput(f"--drop {name!r}: that is the --target")
    kept = [column for column in columns if column.name != target and column.name not in dropped]
    if not kept:
        raise BadInput(f"{path}: {target!r} is its only column; there is nothing to learn it from")
    counting = [column for column in kept if len(kept) > 1 and _counts_rows(column)]
    index = [column for column in counting if column.name in _INDEX_NAMES]
    notes = [f"left out the column {column.name!r}: it only numbers the rows" for column in index]
    notes += [
        f"column {column.name!r} only numbers the rows; leave it out with --drop {column.name}"
        for column in counting
        if column not in index
    ]
    return Features(tuple(column for column in kept if column not in index), tuple(notes))


def _counts_rows(column: Column) -> bool:
    """Whether its values are n, n + 1, n + 2, ... in the order of the rows."""
    numbers = column.categories is None and bool(np.isfinite(column.values).all())
    return numbers and bool((np.diff(column.values) == 1).all())
