"""What a study tells while it runs; the command line listens, and so may any caller of the Python API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from framewatt.race import Standings
    from framewatt.records import Status


class Progress(Protocol):
    """Who watches a study."""

    def say(self, line: str) -> None:
        """Something is being done."""

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        """So many of a step's parts are done, all of which may take `limit_seconds`.

        A step begins with 0 of `total` and ends with all of them, or when another begins.
        """

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """An environment is being built; so much of its download has arrived."""

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """A candidate dropped out."""

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """A block ended: this is how the race stands."""


class Silent:
    """Watches nothing."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        """Say nothing."""

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Say nothing."""

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Say nothing."""

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Say nothing."""
