"""How each candidate of a training study came to the quality, and on which terms it races."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from framewatt.records import Estimate
from framewatt.records.stored import PlainRecord, known_fields

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class QualityTarget(PlainRecord):
    """The quality that everybody is trained to (None: nobody could be trained), and who `reached` what."""

    metric: str
    value: float | None
    source: str
    reached: dict[str, float]

    KIND: ClassVar[str] = "target"


@dataclass(frozen=True, slots=True)
class FirstLosses(PlainRecord):
    """The losses of the first steps that every script must have, and whose they are."""

    losses: tuple[float, ...]
    whose: str

    KIND: ClassVar[str] = "first_losses"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(tuple(record["losses"]), record["whose"])


class CurvePoint(NamedTuple):
    """The mean quality over folds or seeds after so many rounds."""

    rounds: int
    quality: float


class CurveCost(NamedTuple):
    """What one training of so many rounds took."""

    rounds: int
    cpu_seconds: float
    joules: float


@dataclass(frozen=True, slots=True)
class TuningPoint:
    """Settings that were tried: the rounds that they need to the target, None where they miss it."""

    settings: dict[str, str]
    rounds: int | None
    cpu_seconds: float | None


@dataclass(frozen=True, slots=True)
class Tuning:
    """A library's own points, and the joules of the whole search for the rounds and the settings."""

    points: tuple[TuningPoint, ...]
    joules: float


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a candidate's refits showed: test quality with its 95 % interval, wall seconds, CPU seconds and
    joules per run, and the first model's file name and size in bytes (None: it was not saved).
    """

    test: Estimate
    seconds: float
    cpu_seconds: float
    joules: float
    model_bytes: int | None
    model_file: str | None = None

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored confirmation; `model_file` is younger than the first runs."""
        return cls(**known_fields(cls, record) | {"test": Estimate(**record["test"])})


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What the report says of a candidate's training; `rounds` are None where it was not refitted.

    `reached` of `seeds` came to the quality, where each seed counts for itself.
    """

    candidate: str
    capacity: str
    rounds: float | None
    curve: tuple[CurvePoint, ...]
    costs: tuple[CurveCost, ...]
    tuning: Tuning
    confirmation: Confirmation | None
    model: str
    reached: int | None = None
    seeds: int | None = None

    KIND: ClassVar[str] = "training"

    def to_json(self) -> dict[str, Any]:
        """The line."""
        record = asdict(self)
        if self.reached is None:
            del record["reached"], record["seeds"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        tuning, confirmation = record["tuning"], record["confirmation"]
        points = tuple(TuningPoint(**known_fields(TuningPoint, point)) for point in tuning["points"])
        typed = {
            "curve": tuple(CurvePoint(*point) for point in record["curve"]),
            "costs": tuple(CurveCost(*cost) for cost in record["costs"]),
            "tuning": Tuning(points, tuning["joules"]),
            "confirmation": Confirmation.from_json(confirmation) if confirmation else None,
        }
        return cls(**known_fields(cls, record) | typed)


@dataclass(frozen=True, slots=True)
class RacingTerms(PlainRecord):
    """On which terms an admitted candidate races: its training lengths by fold, folds (or seeds) a window."""

    candidate: str
    rounds: tuple[int, ...]
    cycle: int
    seconds_per_run: float
    units_per_query: float
    settings: dict[str, str]
    model: str

    KIND: ClassVar[str] = "contestant"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of a line."""
        return cls(**known_fields(cls, record) | {"rounds": tuple(record["rounds"])})
