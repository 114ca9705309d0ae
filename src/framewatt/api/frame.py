"""Rows as the data frame that people have."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Rows = Sequence[Mapping[str, object]]


def data_frame(rows: Rows, words: Sequence[str]) -> Any:
    """A frame of whichever library is imported already, else of one that is installed, else the rows.

    All columns but `words` are numbers, those of which nothing is known too.
    """
    numbers = [name for name in (rows[0] if rows else ()) if name not in words]
    for name in sorted(_FRAMES, key=lambda name: name not in sys.modules):
        if name in sys.modules or find_spec(name):
            return _FRAMES[name](import_module(name), rows, numbers)
    return [dict(row) for row in rows]


def _pandas(library: Any, rows: Rows, numbers: Sequence[str]) -> Any:
    return library.DataFrame(list(rows)).astype(dict.fromkeys(numbers, "float64"))


def _polars(library: Any, rows: Rows, numbers: Sequence[str]) -> Any:
    return library.DataFrame(list(rows), schema_overrides=dict.fromkeys(numbers, library.Float64))


_FRAMES: Mapping[str, Callable[[Any, Rows, Sequence[str]], Any]] = {"pandas": _pandas, "polars": _polars}
