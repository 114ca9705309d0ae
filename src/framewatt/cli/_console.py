"""What a study tells while it runs: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from framewatt.reports.text.progress import building_line, spent_line, standing_line, weight_line

if TYPE_CHECKING:
    from framewatt.race import Standings
    from framewatt.records import Status

_SILENCE_SECONDS = 15.0


class PlainProgress:
    """One line an event, on stderr."""

    def __init__(self) -> None:
        """A console without colours or movement."""
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._announced: set[str] = set()
        self._last_line = ""
        self._last_time = 0.0

    def say(self, line: str) -> None:
        """Print it."""
        self._console.print(line)

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Say once that it is built and what it weighs."""
        if total_bytes and what not in self._announced:
            self._announced.add(what)
            self._console.print(weight_line(what, total_bytes))
        if total_bytes and done_bytes >= total_bytes:
            self._console.print(f"built {what}")

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Say who dropped out, and why."""
        self._console.print(f"{status.value}: {candidate}: {reason}")

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Say how the race stands, when that changes or a while has passed."""
        line = standing_line(standings)
        now = time.monotonic()
        if line != self._last_line or now - self._last_time >= _SILENCE_SECONDS or standings.over:
            self._last_line, self._last_time = line, now
            self._console.print(f"[{spent_line(standings, budget_seconds)}] {line}")

    def __enter__(self) -> PlainProgress:  # noqa: PYI034 - not subclassed
        """Nothing to prepare."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to tidy."""


class LiveProgress:
    """Bars that move, on a terminal."""

    def __init__(self) -> None:
        """The bars appear when the study starts."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}
        self._race: TaskID | None = None

    def say(self, line: str) -> None:
        """Print it above the bars."""
        self._bars.console.print(line, markup=False, highlight=False)

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Move the bar of this environment."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=None)
        description = building_line(what, total_bytes)
        total = total_bytes or None
        self._bars.update(self._tasks[what], description=description, completed=done_bytes, total=total)

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Print who dropped out, and why."""
        self.say(f"{status.value}: {candidate}: {reason}")

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Move the race's bar, and print who leads when that changes."""
        if self._race is None:
            self._race = self._bars.add_task("racing", total=budget_seconds)
        line = standing_line(standings)
        self._bars.update(self._race, completed=standings.spent_seconds, description=f"racing: {line}")

    def __enter__(self) -> LiveProgress:  # noqa: PYI034 - not subclassed
        """Start moving."""
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop moving."""
        self._bars.stop()


class StatusProgress:
    """One line that changes in place, on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        """The line appears with the first thing to say."""
        self._status = Console(stderr=True).status("")

    def say(self, line: str) -> None:
        """Show it."""
        self._status.update(line)

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Nothing is built."""

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Show who dropped out, and why."""
        self.say(f"{status.value}: {candidate}: {reason}")

    def standing(self, standings: Standings, budget_seconds: float) -> None:  # noqa: ARG002 - the protocol's
        """Show who leads."""
        rounds = f"after {standings.blocks} rounds"
        self.say(f"{standings.verdict.value}: {standings.leader} leads {rounds}")

    def __enter__(self) -> StatusProgress:  # noqa: PYI034 - not subclassed
        """Start showing."""
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self._status.stop()
