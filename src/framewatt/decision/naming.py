"""What people call a candidate: its framework's title, and whatever tells it from its siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import REFERENCE_PRECISION, Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.runs.manifest import CandidateLine


def name_of(line: CandidateLine, lines: Sequence[CandidateLine]) -> str:
    """A candidate's name among `lines`, those that were tried.

    Under the equal budget a framework goes by its title, however many settings were searched beside it.
    """
    if line.as_shipped:
        precision = line.settings.get("precision", REFERENCE_PRECISION)
        others = (other for other in lines if other.as_shipped and other.framework == line.framework)
        version = f" {line.version}" if any(other.version != line.version for other in others) else ""
        told = f" ({precision})" if precision != REFERENCE_PRECISION else ""
        return f"{line.title}{version} as shipped{told}"
    same = [other for other in lines if other.framework == line.framework and not other.as_shipped]
    siblings = [other for other in same if other.equal_budget] if line.equal_budget else same
    name = line.title
    if any(other.version != line.version for other in siblings):
        name += f" {line.version}"
    differing = {
        key: value
        for key, value in line.settings.items()
        if any(other.settings.get(key) != value for other in siblings)
    }
    if differing:
        name += " (" + ", ".join(f"{key} {value}" for key, value in differing.items()) + ")"
    repeat = Candidate.parse(line.id).repeat
    return name + (f" #{repeat}" if repeat > 1 else "")
