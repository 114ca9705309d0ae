"""What a record needs to lie in a file: plain JSON data, and the way back."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance


class Record(Protocol):
    """One kind of line in a run's ``measurements.jsonl``; `KIND` is what its line calls itself."""

    KIND: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The line, without its kind."""
        ...

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record that a line holds.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: the line was edited.
        """
        ...


class PlainRecord:
    """A dataclass whose fields are plain data already, and may lie in a file as they are."""

    __slots__ = ()

    def to_json(self: DataclassInstance) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The record of such fields; those of a later version are passed over."""
        return cls(**known_fields(cls, record))  # type: ignore[arg-type] # whoever derives from it is a dataclass


def known_fields(record_type: type[DataclassInstance], record: Mapping[str, Any]) -> dict[str, Any]:
    """What `record` holds of a type's fields: entries that a later version adds are passed over."""
    return {item.name: record[item.name] for item in fields(record_type) if item.name in record}
