"""What the user runs today: whether it races, and as which candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.discovery import choices
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from framewatt.candidates.enumeration import CandidateSpec


def require_incumbent(asked: str | None, specs: Iterable[CandidateSpec]) -> None:
    """Check that what runs today races, itself or as a converted graph of its family.

    Raises:
        BadInput: nobody of that name races.
    """
    if asked is None:
        return
    known: set[str] = set()
    for spec in specs:
        candidate, family = spec.candidate, getattr(spec.plugin.module, "FAMILY", None)
        if candidate.matches(asked) or asked == family:
            return
        known |= {candidate.framework, *filter(None, [family])}
    raise BadInput(f"--incumbent {asked!r} does not race{choices(asked, known)}")
