"""What is learnt: the options of training studies alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from framewatt.runs.request.option import Group, Option, StudyKind
from framewatt.runs.request.readers import PATH, TEXT, whole

_TASKS = frozenset({StudyKind.TASK})


@dataclass(frozen=True, slots=True)
class TrainingOptions(Group):
    """What a table, a Keras model or a task is trained on."""

    TITLE: ClassVar = "Training"

    target: str | None = Option(
        "--target", TEXT, "What to learn from a table.", None, "COLUMN", frozenset({StudyKind.TABLE})
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
