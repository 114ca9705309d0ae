"""What an option is: declared once, for the command line, for Python and for the run folder alike."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from framewatt.runs.request.readers import Reader


class StudyKind(StrEnum):
    """What a source asks for: to run a finished model, or to train one of three kinds."""

    MODEL = "model"
    TABLE = "table"
    TASK = "task"
    KERAS = "keras_code"

    @classmethod
    def of(cls, workload_format: str) -> StudyKind:
        """The study of a source by its workload's format; every format that is not trained is a model's."""
        return next((study for study in cls if study == workload_format), cls.MODEL)


_CALLED = {StudyKind.TABLE: "a table", StudyKind.TASK: "a task", StudyKind.KERAS: "a Keras model"}
_SOURCES = {
    StudyKind.TABLE: "tables (.csv, .tsv, .parquet)",
    StudyKind.TASK: "tasks (task:cnn, or a folder with task.toml)",
    StudyKind.KERAS: "Keras models to train (model.py)",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of `framewatt select`, and keyword of `framewatt.select`.

    `flag` is its name as typed and `default` what stands for it where it is not given, as typed too.
    `remedy` ends the refusal where a study that it is not for has a way of its own.
    """

    flag: str
    reader: Reader
    help: str
    default: object = None
    metavar: str = ""
    studies: frozenset[StudyKind] = frozenset(StudyKind)
    remedy: str = ""

    def field(self) -> Any:
        """The field of a group of options that it fills."""
        return field(default_factory=lambda: self.read(self.default), metadata={"option": self})

    def read(self, value: object) -> Any:
        """The value of what was typed or given; None only where that is the default.

        Raises:
            BadInput: it cannot be that.
        """
        if value is None and self.default is None:
            return None
        return self.reader.read(self.flag, value)

    def refuse_foreign(self, study: StudyKind, source: str) -> None:
        """Refuse it with a study that would ignore it.

        Raises:
            BadInput: always.
        """
        wanted = " and ".join(words for kind, words in _SOURCES.items() if kind in self.studies)
        if study is StudyKind.MODEL:
            raise BadInput(f"{self.flag} is for {wanted}; {source} is not one")
        remedy = self.remedy or ("" if StudyKind.MODEL in self.studies else f"; it is for {wanted}")
        raise BadInput(f"{self.flag} does not go with {_CALLED[study]}, which is trained{remedy}")


@dataclass(frozen=True, slots=True)
class Group:
    """Options that belong together. Each is read when the group is made: none holds what cannot be.

    `TITLE` heads them in the command's help.
    """

    TITLE: ClassVar[str]

    def __post_init__(self) -> None:
        """Read every option, and hold those that belong together against each other.

        Raises:
            BadInput: a value that an option cannot have, or options that exclude each other.
        """
        for name, option in options_of(type(self)).items():
            object.__setattr__(self, name, option.read(getattr(self, name)))
        self.check()

    def check(self) -> None:
        """Refuse options that exclude or need each other; a group without such has nothing to refuse."""


def options_of(group: type[Group]) -> dict[str, Option]:
    """The options of a group by the names of the fields that they fill."""
    return {each.name: each.metadata["option"] for each in fields(group)}
