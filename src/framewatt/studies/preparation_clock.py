"""How long it may take to get ready, apart from the race's own budget."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from framewatt.records.units import format_duration
from framewatt.runs.records import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.studies.context import StudyContext


class PreparationClock:
    """Runs while environments are built, models converted and workers first launched, over a run's lives."""

    def __init__(self, context: StudyContext) -> None:
        """It stands; what earlier lives of the run took counts."""
        self._context = context
        self._budget = context.request.race.prepare_budget
        self._spent = sum(record.seconds for record in context.run.records(Prepared))
        self._since: float | None = None

    @property
    def left(self) -> float:
        """Seconds of the budget that are left, negative once it is overrun."""
        running = time.monotonic() - self._since if self._since is not None else 0.0
        return self._budget - self._spent - running

    @property
    def patience(self) -> float:
        """Seconds that one step may take: --timeout, or what is left where that is less."""
        return min(self._context.request.race.timeout, max(self.left, 1.0))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let it run, and keep how long it did."""
        began = self._since = time.monotonic()
        try:
            yield
        finally:
            seconds, self._since = time.monotonic() - began, None
            self._spent += seconds
            self._context.keep(Prepared(seconds))

    @property
    def refusal(self) -> str | None:
        """Why no other preparation may begin; None while there is time."""
        if self.left > 0:
            return None
        budget = format_duration(self._budget)
        return f"it was not ready within --prepare-budget {budget}: give it more, or name fewer frameworks"
