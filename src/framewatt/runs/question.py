"""What is asked of commands: which, how they are prepared, and the rules of their race."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from framewatt.records.stored import known_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

NULL = "--null"
"""The null command's name among the candidates of the windows."""


@dataclass(frozen=True, slots=True)
class Question:
    """Commands to compare, of which one run each counts `units` of R.

    `precision` is the half-width of a loser's ratio, as a ratio minus one, at which the race may stop.
    """

    commands: tuple[str, ...]
    null: str | None = None
    prepare: str | None = None
    warmup: int = 1
    budget_seconds: float = 60.0
    units: float = 1.0
    margin: float = 0.02
    max_regret: float = 0.05
    precision: float = 0.05
    seed: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the candidates: the commands, a repeated one with ``#2``."""
        names: list[str] = []
        for index, command in enumerate(self.commands):
            repeat = self.commands[:index].count(command) + 1
            names.append(command if repeat == 1 else f"{command} #{repeat}")
        return tuple(names)

    @property
    def by_name(self) -> dict[str, str]:
        """What to run for each candidate, and for the null command if there is one."""
        null = {} if self.null is None else {NULL: self.null}
        return dict(zip(self.ids, self.commands, strict=True)) | null

    def to_json(self) -> dict[str, Any]:
        """The question as the manifest and the comparison keep it."""
        return asdict(self) | {"commands": list(self.commands)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored question."""
        older = {"max_regret": 0.0}  # of questions that went on until there was a winner
        return cls(**older | known_fields(cls, record) | {"commands": tuple(record["commands"])})
