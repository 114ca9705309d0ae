"""What commands share: live progress on a terminal, plain lines elsewhere, printing a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from framewatt.plugins import find
from framewatt.units import format_bytes, format_duration

if TYPE_CHECKING:
    from framewatt.document import Decision
    from framewatt.records import Status


class PlainProgress:
    """One line an event, on stderr."""

    def __init__(self) -> None:
        """A console without colours or movement."""
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._announced: set[str] = set()

    def say(self, line: str) -> None:
        """Print it."""
        self._console.print(line)

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Say once that it is built and what it weighs."""
        if total_bytes and what not in self._announced:
            self._announced.add(what)
            self._console.print(
                f"building {what}: {format_bytes(total_bytes)} to download or take from the cache"
            )
        if total_bytes and done_bytes >= total_bytes:
            self._console.print(f"built {what}")

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Say who dropped out, and why."""
        self._console.print(f"{status.value}: {candidate}: {reason}")

    def block(self, line: str, spent_seconds: float, budget_seconds: float) -> None:
        """Say how the race stands."""
        spent = f"{format_duration(spent_seconds)} of {format_duration(budget_seconds)}"
        self._console.print(f"[{spent}] {line}")

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
        self._builds = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, int] = {}
        self._race: int | None = None

    def say(self, line: str) -> None:
        """Print it above the bars."""
        self._builds.console.print(line, markup=False, highlight=False)

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Move the bar of this environment."""
        if what not in self._tasks:
            self._tasks[what] = self._builds.add_task(what, total=None)
        task = self._builds.tasks[self._tasks[what]].id
        self._builds.update(task, completed=done_bytes, total=total_bytes or None)

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Print who dropped out, and why."""
        self.say(f"{status.value}: {candidate}: {reason}")

    def block(self, line: str, spent_seconds: float, budget_seconds: float) -> None:
        """Print how the race stands."""
        self.say(f"[{format_duration(spent_seconds)} of {format_duration(budget_seconds)}] {line}")

    def __enter__(self) -> LiveProgress:  # noqa: PYI034 - not subclassed
        """Start moving."""
        self._builds.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop moving."""
        self._builds.stop()


def print_decision(decision: Decision, output: str) -> None:
    """Print a decision on stdout: a table on a terminal's own width, or what a reporter renders."""
    if output == "text":
        reporter = find("reporters", "text").module
        reporter.show(decision.document, Console(highlight=False))
        return
    rendered: bytes = find("reporters", output).module.render(decision.document)
    Console(soft_wrap=True, highlight=False, markup=False).print(rendered.decode(), end="")
