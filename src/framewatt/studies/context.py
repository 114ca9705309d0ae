"""What every step of one study shares: the question, where answers are kept, and who watches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from framewatt.runs.records import Settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from framewatt.records import Status
    from framewatt.records.stored import Record
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.manifest import CandidateLine
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress


@dataclass(frozen=True, slots=True)
class StudyContext:
    """Steps read the run and hand every record on to `keep`, so that a kill loses none that was made."""

    request: SelectRequest
    run: RunFolder
    progress: Progress

    def keep(self, record: Record) -> None:
        """Store a record; nothing but this stores one while a study goes on."""
        self.run.append(record)

    def enrol(self, lines: Iterable[CandidateLine]) -> None:
        """Add candidates that the study itself came upon to those who may come."""
        known = {line.id: line for line in (*self.run.manifest.candidates, *lines)}
        self.run.amend(replace(self.run.manifest, candidates=tuple(known.values())))

    def settle(self, candidate: str, status: Status, reason: str) -> None:
        """Record how a candidate ended, and say so."""
        self.keep(Settled(candidate, status, reason))
        self.progress.settled(candidate, status, reason)
