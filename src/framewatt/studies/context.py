"""What every step of one study shares: the question, where answers are kept, and who watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.runs.records import Settled

if TYPE_CHECKING:
    from framewatt.records import Status
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress


@dataclass(frozen=True, slots=True)
class StudyContext:
    """What every step of one study shares: the question, where answers are kept, and who watches."""

    request: SelectRequest
    run: RunFolder
    progress: Progress

    def settle(self, candidate: str, status: Status, reason: str) -> None:
        """Record how a candidate ended, and say so."""
        self.run.append(Settled(candidate, status, reason))
        self.progress.settled(candidate, status, reason)
