"""Ids of candidates as people say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Each id's framework, with the version and the settings that tell it from others of the same.

    What is no id, such as a command, stays as it is.
    """
    parsed = {text: _parsed(text) for text in ids}
    known = [candidate for candidate in parsed.values() if candidate]
    return {text: _name(candidate, known) if candidate else text for text, candidate in parsed.items()}


def _parsed(text: str) -> Candidate | None:
    try:
        return Candidate.parse(text)
    except ValueError:
        return None


def _name(candidate: Candidate, known: Sequence[Candidate]) -> str:
    same = [other for other in known if other.framework == candidate.framework]
    name = candidate.framework
    if any(other.version != candidate.version for other in same):
        name += f" {candidate.version}"
    others = [dict(other.settings) for other in same]
    told = [f"{key} {value}" for key, value in candidate.settings if any(o.get(key) != value for o in others)]
    if candidate.repeat > 1:
        told.append(f"#{candidate.repeat}")
    return f"{name} ({', '.join(told)})" if told else name
