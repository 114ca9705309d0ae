"""Who may race: what the checks said of each candidate, and how those ended that may not."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from framewatt.records import Status
from framewatt.records.stored import PlainRecord, known_fields

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settled(PlainRecord):
    """How a candidate ended, and why."""

    candidate: str
    status: Status
    reason: str

    KIND: ClassVar[str] = "status"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(record["candidate"], Status(record["status"]), record["reason"])


@dataclass(frozen=True, slots=True)
class Admitted(PlainRecord):
    """Who begins the race, and what of the budget was spent to find that out.

    `cohort` is how many workers fit into memory together; None: all, and in runs that did not ask.
    `references` are those of the candidates that are only run to be compared with, and why, `launches` the
    wall seconds of first launches, where those are not part of `seconds`.
    """

    candidates: tuple[str, ...]
    seconds: float
    cohort: int | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    launches: Mapping[str, float] = field(default_factory=dict)

    KIND: ClassVar[str] = "admitted"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(
            candidates=tuple(record["candidates"]),
            seconds=float(record["seconds"]),
            cohort=record.get("cohort"),
            references=record.get("references", {}),
            launches=record.get("launches", {}),
        )


@dataclass(frozen=True, slots=True)
class OracleOverruled(PlainRecord):
    """The oracle that contradicted all candidates while they agreed with each other."""

    overruled: str

    KIND: ClassVar[str] = "oracle"


@dataclass(frozen=True, slots=True)
class OwnFile(PlainRecord):
    """A candidate whose framework runs the user's own file and fails, for this reason, on our copy of it."""

    candidate: str
    reason: str

    KIND: ClassVar[str] = "own_file"


@dataclass(frozen=True, slots=True)
class ParityCheck:
    """How far a candidate is from what is right; `error` is None where nothing could be compared.

    `losses` are the first ones of a script that trains, None for each that is not a number.
    """

    candidate: str
    error: float | None
    oracle: str
    losses: tuple[float | None, ...] | None = None

    KIND: ClassVar[str] = "parity"

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return _without_unknown(asdict(self), "losses")

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        losses = record.get("losses")
        return cls(record["candidate"], record["error"], record["oracle"], tuple(losses) if losses else None)


@dataclass(frozen=True, slots=True)
class QualityScore:
    """A candidate's quality on the labels; with the ends of its 95 % interval where models were trained."""

    candidate: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None

    KIND: ClassVar[str] = "quality"

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return _without_unknown(asdict(self), "low", "high")

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(**known_fields(cls, record))


def _without_unknown(record: dict[str, Any], *optional: str) -> dict[str, Any]:
    """A line says nothing of what its study does not know of."""
    return {key: value for key, value in record.items() if value is not None or key not in optional}
