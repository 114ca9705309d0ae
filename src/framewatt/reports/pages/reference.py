"""How the reader names a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewatt.records import Json


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a run lies, and what to type for it: its path, or ``latest``."""

    place: str
    call: str

    @classmethod
    def of(cls, document: Json) -> Reference:
        """By the path that the document itself names."""
        return cls(str(document["run"]), str(document["run"]))
