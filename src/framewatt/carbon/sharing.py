"""For how long, and what part of, the hardware does one unit of work hold: three ways, said in the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from framewatt.errors import BadInput
from framewatt.records.arithmetic import exact, product, quotient

if TYPE_CHECKING:
    from framewatt.records import Quantity

_HOURS_PER_SECOND = 1 / 3600


class Sharing(Protocol):
    """How a unit of work is charged for the hardware it holds."""

    def hours(self, seconds: Quantity) -> Quantity:
        """Hours of reserved hardware per unit (TiR), from the measured seconds per unit."""

    def fixed_hours(self) -> Quantity | None:
        """The same hours where they do not depend on the unit's seconds, else None."""

    def part(self) -> Quantity:
        """What part of the reserved resources one unit holds meanwhile; multiplies RS."""

    def sentence(self) -> str:
        """How it is shared, for the report."""


@dataclass(frozen=True, slots=True)
class BatchJob:
    """A job holds its hardware for its wall time, so a faster framework is charged less."""

    def hours(self, seconds: Quantity) -> Quantity:
        """The work's own wall time."""
        return seconds.scaled(_HOURS_PER_SECOND, seconds.unit.replace("s", "h", 1))

    def fixed_hours(self) -> Quantity | None:
        """None: they are its own."""
        return None

    def part(self) -> Quantity:
        """All that is reserved."""
        return exact(1.0, "1")

    def sentence(self) -> str:
        """How it is shared, for the report."""
        return "a batch job holds its hardware for its wall time: TS = job time / lifespan"


@dataclass(frozen=True, slots=True)
class AlwaysOn:
    """A service holds its replicas for the whole period, whichever framework answers.

    The framework changes M only when it changes `replicas`.
    """

    period_hours: float
    replicas: int
    units: float

    def __post_init__(self) -> None:
        """Refuse an empty period, no replica, or no work."""
        if not (self.period_hours > 0 and self.replicas >= 1 and self.units > 0):
            raise BadInput("an always-on service needs a period, at least one replica and units above 0")

    def hours(self, seconds: Quantity) -> Quantity:
        """Period times replicas over the units of that period; independent of `seconds`."""
        return _per_work_of(seconds, self.fixed_hours())

    def fixed_hours(self) -> Quantity:
        """Period times replicas over the units of that period."""
        return exact(self.period_hours * self.replicas / self.units, "h")

    def part(self) -> Quantity:
        """All that is reserved."""
        return exact(1.0, "1")

    def sentence(self) -> str:
        """How it is shared, for the report."""
        return (
            f"an always-on service of {self.replicas} replica(s) holds its hardware for its whole period of "
            f"{self.period_hours:g} h over {self.units:g} units, whatever the framework"
        )


@dataclass(frozen=True, slots=True)
class Packed:
    """Work packed beside its like until the machine is saturated: each copy holds an equal part."""

    copies: int

    def __post_init__(self) -> None:
        """Refuse fewer than one copy."""
        if self.copies < 1:
            raise BadInput("packed work needs at least one copy at saturation")

    def hours(self, seconds: Quantity) -> Quantity:
        """The wall time of one copy at saturation."""
        return BatchJob().hours(seconds)

    def fixed_hours(self) -> Quantity | None:
        """None: they are its own."""
        return None

    def part(self) -> Quantity:
        """One copy of all that saturate the machine."""
        return exact(1 / self.copies, "1")

    def sentence(self) -> str:
        """How it is shared, for the report."""
        return f"packed work holds 1/{self.copies} of the hardware, its share when the machine is saturated"


@dataclass(frozen=True, slots=True)
class StoredSharing:
    """A sharing as a document tells it: the hours that it fixes, the part, and the sentence."""

    fixed: Quantity | None
    held_part: Quantity
    words: str

    def hours(self, seconds: Quantity) -> Quantity:
        """The fixed hours, else the work's own wall time."""
        return _per_work_of(seconds, self.fixed) if self.fixed else BatchJob().hours(seconds)

    def fixed_hours(self) -> Quantity | None:
        """As stored."""
        return self.fixed

    def part(self) -> Quantity:
        """As stored."""
        return self.held_part

    def sentence(self) -> str:
        """As stored."""
        return self.words


def _per_work_of(seconds: Quantity, hours: Quantity) -> Quantity:
    """Hours per the unit of work that `seconds` are per."""
    per = seconds.unit.partition("/")[2]
    return replace(hours, unit=f"h/{per}" if per else "h")


def time_share(sharing: Sharing, seconds: Quantity, lifespan_hours: Quantity) -> Quantity:
    """TS = TiR / EL per unit of work (unit ``1/...``); RS must be multiplied by `sharing.part()`."""
    hours = sharing.hours(seconds)
    per = hours.unit.partition("/")[2]
    return quotient(f"1/{per}" if per else "1", hours, lifespan_hours)


def resource_share(sharing: Sharing, reserved: Quantity) -> Quantity:
    """RS: the reserved part of the machine, times the part of it that this work holds."""
    return product("1", reserved, sharing.part())
