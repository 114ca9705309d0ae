"""What a study tells while it runs: live on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from framewatt.reports.text.glyphs import bar
from framewatt.reports.text.progress import (
    Step,
    building_line,
    short_name,
    spent_line,
    standing_line,
    whole_seconds,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from framewatt.race import Standings
    from framewatt.records import Status

_SILENCE_SECONDS = 30.0
_BAR = 20
_FRAMES_PER_SECOND = 8


class PlainProgress:
    """A line for each step and for each change in the race, on stderr.

    What is being done is told when something follows it: a question that is refused gets one line.
    """

    def __init__(self) -> None:
        """A console without colours or movement."""
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._step: Step | None = None
        self._racing = False
        self._said = ""
        self._last_line = ""
        self._last_time = 0.0

    def say(self, line: str) -> None:
        """Print it, unless it is a part of a step or of the race, or nothing follows it."""
        if self._step is None and not self._racing:
            self._release()
            self._said = line

    def _print(self, line: str) -> None:
        self._release()
        self._console.print(line)

    def _release(self) -> None:
        if self._said:
            self._console.print(self._said)
        self._said = ""

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        """Say that it begins, and what it took; who comes late to a race is no step of its own."""
        if self._racing:
            return
        now = time.monotonic()
        if self._step is None or self._step.what != what:
            self._end()
            self._print(Step(what, 0, total, now, limit_seconds).line(now))
        began = now if self._step is None else self._step.began
        self._step = Step(what, done, total, began, limit_seconds)
        if done >= total:
            self._end()

    def _end(self) -> None:
        if self._step is not None:
            self._print(self._step.ended(time.monotonic()))
        self._step = None

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Say once that it is built, and what it weighs."""
        line = building_line(what, 0, total_bytes).replace("0 B of ", "")
        if total_bytes and not done_bytes and line != self._last_line:
            self._last_line = line
            self._print(line)

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Say who dropped out, and why."""
        self._print(f"{status.value}: {short_name(candidate)}: {reason}")

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Say how the race stands, when that changes or a while has passed."""
        self._end()
        self._racing = not standings.over
        leader = f"{standings.verdict.value} {standings.leader}"
        now = time.monotonic()
        if leader != self._last_line or now - self._last_time >= _SILENCE_SECONDS or standings.over:
            self._last_line, self._last_time = leader, now
            self._print(f"[{spent_line(standings, budget_seconds)}] {standing_line(standings)}")

    def __enter__(self) -> PlainProgress:  # noqa: PYI034 - not subclassed
        """Nothing to prepare."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to tidy."""


class LiveProgress:
    """What goes on, moving in place; finished steps fold into a line, and all of it goes at the end.

    Where stderr is no terminal, it shows nothing.
    """

    def __init__(self, console: Console | None = None) -> None:
        """It appears when the study starts."""
        self._console = console or Console(stderr=True)
        self._spinner = Spinner("dots")
        self._finished: list[str] = []
        self._dropped: list[str] = []
        self._step: Step | None = None
        self._doing = ""
        self._race: tuple[Standings, float] | None = None
        self._live = Live(
            get_renderable=self._view,
            console=self._console,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
        )

    def say(self, line: str) -> None:
        """Show it until something else is done."""
        self._doing = line

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        """Move on; a finished step folds away. Who comes late to a race is no step of its own."""
        if self._race is not None:
            return
        now = time.monotonic()
        if self._step is not None and self._step.what != what:
            self._fold(now)
        began = now if self._step is None else self._step.began
        self._step = Step(what, done, total, began, limit_seconds)
        if done >= total:
            self._fold(now)

    def _fold(self, now: float) -> None:
        if self._step is not None:
            self._finished.append(self._step.ended(now))
        self._step, self._doing = None, ""

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Show how much has arrived."""
        self._doing = building_line(what, done_bytes, total_bytes)

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Keep who dropped out on the screen, and why."""
        self._dropped.append(f"{status.value}: {short_name(candidate)}: {reason}")

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Show the race's own clock and who leads; when it is over it folds away too."""
        self._fold(time.monotonic())
        self._race = None if standings.over else (standings, budget_seconds)
        if standings.over:
            spent = whole_seconds(standings.spent_seconds)
            self._finished.append(f"raced for {spent}: {standing_line(standings)}")

    def _view(self) -> RenderableType:
        """Everything as it is now, a line each; what is too long for the terminal is cut."""
        lines: list[RenderableType] = [_cut(f"✓ {line}", "green") for line in self._finished]
        lines += [_cut(f"✗ {line}", "dim") for line in self._dropped]
        now = time.monotonic()
        if self._race is not None:
            lines += self._moving(*_racing(*self._race))
        elif self._step is not None:
            step = self._step
            lines += self._moving(step.done / step.total if step.total else 0.0, step.line(now), self._doing)
        elif self._doing:
            lines += self._moving(None, self._doing, "")
        return Group(*lines)

    def _moving(self, share: float | None, line: str, below: str) -> list[RenderableType]:
        """A spinner, a bar and a line, with another in words below."""
        row = Table.grid(padding=(0, 1))
        row.add_column()
        row.add_column()
        drawn = "" if share is None else bar(min(share, 1.0), _BAR).ljust(_BAR)
        row.add_row(self._spinner, _cut(f"{drawn} {line}".strip() if share is None else f"{drawn} {line}"))
        return [row, *([_cut(f"  {below}", "dim")] if below else [])]

    def __enter__(self) -> LiveProgress:  # noqa: PYI034 - not subclassed
        """Start moving."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop moving."""
        self._live.stop()


def _racing(standings: Standings, budget_seconds: float) -> tuple[float, str, str]:
    """The share of the race's own budget that is spent, what is left at most, and the standing."""
    spent = standings.spent_seconds
    left = whole_seconds(max(budget_seconds - spent, 0.0))
    line = f"racing: {spent_line(standings, budget_seconds)}, at most {left} left"
    return spent / budget_seconds if budget_seconds else 1.0, line, standing_line(standings)


def _cut(line: str, style: str = "") -> Text:
    return Text(line, style, no_wrap=True, overflow="ellipsis")


def watch() -> LiveProgress | PlainProgress:
    """Whoever suits stderr."""
    return LiveProgress() if sys.stderr.isatty() else PlainProgress()
