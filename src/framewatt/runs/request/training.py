"""What is learnt: the options of training studies alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from framewatt.errors import BadInput
from framewatt.runs.request.option import Group, Option, StudyKind
from framewatt.runs.request.readers import PATH, TEXT, TEXTS, checked, whole


def _known_encoding(flag: str, name: str) -> None:
    try:
        "".encode(name)
    except LookupError:
        raise BadInput(f"{flag} {name!r}: no such encoding; utf-8, utf-16, latin-1, cp1252, ...") from None


_TABLES = frozenset({StudyKind.TABLE})
_TASKS = frozenset({StudyKind.TASK})


@dataclass(frozen=True, slots=True)
class TrainingOptions(Group):
    """What a table, a Keras model or a task is trained on."""

    TITLE: ClassVar = "Training"

    target: str | None = Option(
        "--target", TEXT, "What to learn from a table.", None, "COLUMN", _TABLES
    ).field()
    drop: tuple[str, ...] = Option(
        "--drop",
        TEXTS,
        "A column of the table not to learn from.",
        (),
        "COLUMN",
        _TABLES,
    ).field()
    encoding: str = Option(
        "--encoding",
        checked(_known_encoding),
        "How the text of a CSV file is encoded, such as latin-1.",
        "utf-8",
        studies=_TABLES,
    ).field()
    data: str | None = Option(
        "--data",
        PATH,
        "Arrays (.npz) that a Keras model.py is trained on.",
        studies=frozenset({StudyKind.KERAS}),
    ).field()
    size: int | None = Option(
        "--size",
        whole(1),
        "Edge of the images of a reference task (task:cnn), in pixels.",
        studies=_TASKS,
    ).field()
    dataset: str | None = Option(
        "--dataset",
        TEXT,
        "What a reference task learns from, such as breast_cancer for task:mlp.",
        studies=_TASKS,
    ).field()
