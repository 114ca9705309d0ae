"""The learning task in a table: features and target, checked, encoded once and the same for every library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.discovery import nearest
from framewatt.errors import BadInput
from framewatt.records.units import format_bytes
from framewatt.studies.training.data.columns import features_of
from framewatt.studies.training.data.csv_table import Column, read_csv, require_distinct
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MOST_CATEGORIES = 254
"""HistGradientBoosting and LightGBM's histograms hold at most 255 bins, one of them for empty cells."""
MOST_CLASSES = 50
_INTEGER_CLASSES = 20
"""A target of whole numbers with at most this many values is a classification."""
_LEAST_ROWS = 100
_LEAST_OF_CLASS = 10
_DIGITS_AND_MARKS = frozenset("0123456789.,'+-% \u00a0\u202f")
_MEMORY_PER_CELL = 24
"""Bytes of a Parquet cell: as Arrow has it, in double and in single precision, once more to learn from."""

METRIC_OF = {"binary": "auc", "multiclass": "accuracy", "regression": "rmse"}
FITTING = {
    "binary": ("auc", "accuracy", "log_loss"),
    "multiclass": ("accuracy", "log_loss"),
    "regression": ("rmse", "mae", "r2"),
}


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """Features ``rows (n, d)`` float32 and ``target (n,)``: class numbers, or values.

    `task` is ``binary``, ``multiclass`` or ``regression``; `categorical` are the indices of category columns;
    `notes` are what there is to say about the columns.
    """

    rows: NDArray[np.float32]
    target: NDArray[Any]
    features: tuple[str, ...]
    categorical: tuple[int, ...]
    task: str
    classes: tuple[str, ...]
    metric: str
    notes: tuple[str, ...] = ()

    def about(self, seed: int) -> dict[str, Any]:
        """What a worker must know beside the arrays; ``gaps``: whether a number is missing in any part."""
        numeric = [column for index, column in enumerate(self.rows.T) if index not in self.categorical]
        return {
            "task": self.task,
            "classes": len(self.classes),
            "categorical": list(self.categorical),
            "gaps": any(bool(np.isnan(column).any()) for column in numeric),
            "seed": seed,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: which columns are not learnt from, and how its text is encoded."""

    dropped: tuple[str, ...] = ()
    encoding: str = "utf-8"


AS_IT_IS = Reading()


def read_table(
    path: Path, target: str, metric: str | None, memory_bytes: int, reading: Reading = AS_IT_IS
) -> TrainingTable:
    """The learning task of a CSV or Parquet file.

    Raises:
        BadInput: more cells than `memory_bytes` hold, a column or metric that does not fit; with the remedy.
    """
    parquet = path.suffix.lower() == ".parquet"
    columns = _read_parquet(path, memory_bytes) if parquet else read_csv(path, reading.encoding)
    by_name = {column.name: column for column in columns}
    if target not in by_name:
        raise BadInput(f"{path}: no column {target!r}{nearest(target, by_name)}")
    if len(columns[0].values) < _LEAST_ROWS:
        raise BadInput(f"{path}: {len(columns[0].values)} rows; at least {_LEAST_ROWS} are needed")
    task, labels, classes = _learn_what(path, by_name[target], metric)
    learnt = features_of(path, columns, target, reading.dropped)
    features = learnt.columns
    for column in features:
        _check_feature(path, column)
    return TrainingTable(
        rows=np.stack([column.values.astype(np.float32) for column in features], axis=1),
        target=labels,
        features=tuple(column.name for column in features),
        categorical=tuple(index for index, column in enumerate(features) if column.categories is not None),
        task=task,
        classes=classes,
        metric=metric or METRIC_OF[task],
        notes=learnt.notes,
    )


def _learn_what(path: Path, column: Column, metric: str | None) -> tuple[str, NDArray[Any], tuple[str, ...]]:
    """The task, the encoded target, and the names of its classes."""
    if metric is not None and metric not in quality.METRICS:
        raise BadInput(f"--metric {metric!r} is unknown{nearest(metric, quality.METRICS)}")
    gaps = int(np.isnan(column.values).sum())
    if gaps:
        rows = "1 row" if gaps == 1 else f"{gaps} rows"
        raise BadInput(f"{path}: column {column.name!r} is empty in {rows}; remove what has no target first")
    values = np.unique(column.values)
    if len(values) < 2:  # noqa: PLR2004 - nothing to tell apart
        raise BadInput(f"{path}: column {column.name!r} is constant: there is nothing to learn")
    task = _task_of(column, values, metric)
    if metric is not None and metric not in FITTING[task]:
        fitting = ", ".join(FITTING[task])
        raise BadInput(f"--metric {metric} does not fit {column.name!r}, a {task} target; choose {fitting}")
    if task == "regression":
        return task, column.values, ()
    if len(values) > MOST_CLASSES:
        kind = "texts" if column.categories else "values"
        raise BadInput(
            f"{path}: column {column.name!r} holds {len(values)} different {kind}; "
            f"a class target has at most {MOST_CLASSES}"
        )
    names = column.categories or tuple(f"{value:g}" for value in values)
    labels = np.searchsorted(values, column.values).astype(np.int64)
    counts = np.bincount(labels)
    if counts.min() < _LEAST_OF_CLASS:
        rare = names[int(counts.argmin())]
        raise BadInput(
            f"{path}: class {rare!r} has {counts.min()} rows; at least {_LEAST_OF_CLASS} are needed "
            "to stand in every part"
        )
    return task, labels, names


def _task_of(column: Column, values: NDArray[np.float64], metric: str | None) -> str:
    """What kind of target it is; a metric that fits only one kind decides for whole numbers."""
    by_class = "binary" if len(values) == 2 else "multiclass"  # noqa: PLR2004 - that is what binary means
    if column.categories is not None:
        return by_class
    if metric in FITTING["regression"]:
        return "regression"
    whole = bool((values == np.rint(values)).all())
    return by_class if whole and (len(values) <= _INTEGER_CLASSES or metric is not None) else "regression"


def _check_feature(path: Path, column: Column) -> None:
    if np.isinf(column.values).any():
        raise BadInput(f"{path}: column {column.name!r} holds infinite values; replace or empty them")
    if column.categories and len(column.categories) > MOST_CATEGORIES:
        raise BadInput(
            f"{path}: column {column.name!r} holds {len(column.categories)} different texts, more than the "
            f"{MOST_CATEGORIES} categories that every library takes{_why_texts(column.categories)}"
        )
    if np.isnan(column.values).all():
        raise BadInput(f"{path}: column {column.name!r} is empty; leave it out with --drop")


def _why_texts(categories: Sequence[str]) -> str:
    """What to do about a column of so many texts; numbers in a foreign notation are told apart."""
    if all(set(text) <= _DIGITS_AND_MARKS for text in categories):
        return f"; they look like numbers, but {categories[0]!r} is not written as one, such as 1234.5"
    return "; group them, or leave the column out with --drop"


def _read_parquet(path: Path, memory_bytes: int) -> list[Column]:
    """A Parquet file's columns; how many cells it holds is known before they are read."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, needed for this format alone
        import pyarrow.parquet as pq  # noqa: PLC0415 - see above
    except ImportError:
        raise BadInput(f"{path}: reading Parquet needs pyarrow: pip install 'framewatt[parquet]'") from None
    try:
        about = pq.read_metadata(path)
        most = memory_bytes // (_MEMORY_PER_CELL * max(about.num_columns, 1))
        if about.num_rows > most:
            raise BadInput(
                f"{path}: {about.num_rows:,} rows of {about.num_columns} columns are more than fit into "
                f"{format_bytes(memory_bytes)} of free memory; take a random sample of up to {most:,} rows"
            )
        require_distinct(path, about.schema.to_arrow_schema().names)
        read = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"{path}: not a readable Parquet file ({reason})") from None
    return [_arrow_column(path, name, read.column(name)) for name in read.column_names]


def _arrow_column(path: Path, name: str, values: Any) -> Column:
    texts: Sequence[Any] = values.to_pylist()
    try:
        return Column(name, np.array([np.nan if v is None else float(v) for v in texts]))
    except (TypeError, ValueError):
        pass
    if not all(isinstance(value, str | None) for value in texts):
        raise BadInput(f"{path}: column {name!r} is of type {values.type}; numbers and texts are known")
    order = tuple(sorted({value for value in texts if value is not None}))
    rank = {value: float(index) for index, value in enumerate(order)}
    return Column(name, np.array([np.nan if v is None else rank[v] for v in texts]), order)
