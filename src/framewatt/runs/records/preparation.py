"""Before the first joule: the inputs, the environments, the conversions, the idle machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from framewatt.records import AuditWarning, Usage
from framewatt.records.stored import PlainRecord, known_fields

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Inputs(PlainRecord):
    """What the candidates are fed, and what there is to say about it."""

    source: str
    generated: bool
    batch: int
    queries: int
    warnings: tuple[AuditWarning, ...]

    KIND: ClassVar[str] = "inputs"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        warnings = tuple(AuditWarning(**warning) for warning in record["warnings"])
        return cls(**known_fields(cls, record) | {"warnings": warnings})


@dataclass(frozen=True, slots=True)
class BuiltEnvironment(PlainRecord):
    """The environment that a candidate runs in; costs are None for the user's own interpreter.

    `built_now` tells whether this run built it, or an earlier one.
    """

    candidate: str
    interpreter: str
    packages: tuple[str, ...]
    download_bytes: int | None
    installed_bytes: int | None
    resolve: Usage | None
    install: Usage | None
    first_import: Usage | None
    second_import: Usage | None
    built_now: bool = True

    KIND: ClassVar[str] = "environment"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        steps = ("resolve", "install", "first_import", "second_import")
        usages = {step: Usage(**record[step]) if record[step] else None for step in steps}
        return cls(**known_fields(cls, record) | usages | {"packages": tuple(record["packages"])})


@dataclass(frozen=True, slots=True)
class BuiltConverter(BuiltEnvironment):
    """The environment of a candidate's converter, where that is another one than its own."""

    KIND: ClassVar[str] = "converter"


@dataclass(frozen=True, slots=True)
class ConversionCost(PlainRecord):
    """What converting the model took: `key` is the candidate, or ``export`` for the export to ONNX.

    `spent` is what of it this run had to wait for, and no earlier one; None in runs that did not tell.
    """

    key: str
    cost: Usage
    spent: Usage | None = None

    KIND: ClassVar[str] = "conversion"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        spent = record.get("spent")
        return cls(record["key"], Usage(**record["cost"]), Usage(**spent) if spent else None)


@dataclass(frozen=True, slots=True)
class IdlePower(PlainRecord):
    """What each of the meter's domains draws when nothing runs."""

    watts: dict[str, float]

    KIND: ClassVar[str] = "idle"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(dict(record["watts"]))


@dataclass(frozen=True, slots=True)
class CommandPace(PlainRecord):
    """A command's fastest warm-up run, and how many runs of it fill a window."""

    candidate: str
    seconds: float
    runs: int

    KIND: ClassVar[str] = "pace"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(record["candidate"], float(record["seconds"]), int(record["runs"]))


@dataclass(frozen=True, slots=True)
class Prepared(PlainRecord):
    """Wall seconds that one life of a run took to get candidates ready, beside the race's budget."""

    seconds: float

    KIND: ClassVar[str] = "prepared"
