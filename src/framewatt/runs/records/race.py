"""What the race was told beside the windows: which blocks are over, and who was dropped."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class RaceEvent:
    """One event of a race; events are told again in their order when a run is read."""

    __slots__ = ()
    KIND: ClassVar[str] = "race"

    def to_json(self) -> dict[str, Any]:
        """The line; each kind of event writes its own."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> RaceEvent:
        """The event of a line."""
        return _EVENTS[record["event"]].from_json(record)


@dataclass(frozen=True, slots=True)
class BlockTold(RaceEvent):
    """A block is over: what it took of the budget, the seconds of launches in it and of those before it."""

    block: int
    seconds: float
    launch_seconds: dict[str, float]
    earlier_launches: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return {"event": "tell", **asdict(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> BlockTold:
        """The event of a line."""
        launches, earlier = record["launch_seconds"], record.get("earlier_launches", {})
        return cls(record["block"], float(record["seconds"]), dict(launches), dict(earlier))


@dataclass(frozen=True, slots=True)
class CandidateDropped(RaceEvent):
    """A candidate fell out of the race."""

    candidate: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return {"event": "drop", **asdict(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> CandidateDropped:
        """The event of a line."""
        return cls(record["candidate"], record["reason"])


_EVENTS: dict[str, type[RaceEvent]] = {"tell": BlockTold, "drop": CandidateDropped}
