"""Progress in a notebook: one output that changes in place, and goes when the study has ended."""

from __future__ import annotations

import sys
import time
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from framewatt.reports.text.progress import Step, building_line, short_name, spent_line, standing_line

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from framewatt.race import Standings
    from framewatt.records import Status

_SECONDS_BETWEEN = 0.2
"""A download reports every chunk; a browser need not draw each."""
_REMEMBERED = 6
"""Lines of who dropped out that stay in sight."""


def in_notebook() -> bool:
    """Whether a kernel runs this program, so that outputs are drawn and not printed."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


class NotebookProgress:
    """What is being done, how the race stands, and who dropped out."""

    def __init__(self) -> None:
        """The output appears when the study starts."""
        self._line, self._race = "", ""
        self._step: Step | None = None
        self._dropped: list[str] = []
        self._handle: Any = None
        self._drawn = 0.0

    def say(self, line: str) -> None:
        """Show it as what is being done."""
        self._line = line
        self._draw()

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        """Show how far the step is, and how long it may take still."""
        now = time.monotonic()
        same = self._step is not None and self._step.what == what
        began = self._step.began if self._step is not None and same else now
        self._step = Step(what, done, total, began, limit_seconds) if done < total else None
        self._line = ""
        self._draw()

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """Show how much of it has arrived."""
        self._line = building_line(what, done_bytes, total_bytes)
        if time.monotonic() - self._drawn >= _SECONDS_BETWEEN:
            self._draw()

    def settled(self, candidate: str, status: Status, reason: str) -> None:
        """Add who dropped out, and why."""
        self._dropped.append(f"{status.value}: {short_name(candidate)}: {reason}")
        self._draw()

    def standing(self, standings: Standings, budget_seconds: float) -> None:
        """Show who leads, and how much of the budget is used up."""
        self._line, self._race = "", f"[{spent_line(standings, budget_seconds)}] {standing_line(standings)}"
        self._draw()

    def __enter__(self) -> Self:
        """Make the output."""
        self._handle = _drawing().display(self._html(), display_id=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take it away, unless it says where the study broke off."""
        if kind is None:
            self._dropped, self._line, self._race, self._step = [], "", "", None
        self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        self._handle.update(self._html())

    def _html(self) -> Any:
        step = self._step.line(time.monotonic()) if self._step else ""
        lines = [*self._dropped[-_REMEMBERED:], self._race, step, self._line]
        return _drawing().HTML("<br>".join(escape(line) for line in lines if line))


def _drawing() -> Any:
    """IPython's module for outputs, which only a notebook has."""
    return import_module("IPython.display")
