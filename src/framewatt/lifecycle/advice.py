"""A plan's conclusion in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from framewatt.lifecycle.break_even import BreakEven
    from framewatt.records import Quantity


def advice(best: str, crossings: Sequence[BreakEven], names: Mapping[str, str], inferences: float) -> str:
    """Who needs the least, who may need no more, and at which volumes the choice would be another.

    Args:
        best: The id of the lifetime that needs the least.
        crossings: It against each of the others.
        names: Each id's name.
        inferences: The volume a year that was asked for.
    """
    unsure = [names[crossing.other] for crossing in crossings if crossing.total.low <= 0]
    doubt = f"; whether {_join(unsure)} would need more is not known" if unsure else ""
    conclusion = f"{names[best]} needs the least over the whole life{doubt}"
    turns = ", ".join(
        f"{side} {_span(crossing.volume)} {names[crossing.other]} would"
        for side, crossing in _turns(best, crossings, inferences)
    )
    return f"{conclusion}; {turns or 'no other volume is known to change that'}."


def _turns(best: str, crossings: Sequence[BreakEven], inferences: float) -> Iterator[tuple[str, BreakEven]]:
    """The nearest volume below and above the one asked for at which another would be chosen.

    Totals are straight lines over the volume, so beyond the nearest crossing the best is another.
    """
    known = [(volume, crossing) for crossing in crossings if (volume := crossing.volume.value) is not None]
    below = [(volume, crossing) for volume, crossing in known if crossing.changes_to == best]
    above = [(volume, crossing) for volume, crossing in known if crossing.changes_to == crossing.other]
    volume, crossing = max(below, key=_volume, default=(inferences, None))
    if crossing is not None and volume < inferences:
        yield "below", crossing
    volume, crossing = min(above, key=_volume, default=(inferences, None))
    if crossing is not None and volume >= inferences:
        yield "above", crossing


def _volume(known: tuple[float, BreakEven]) -> float:
    return known[0]


def _span(volume: Quantity) -> str:
    value, low, high = (format_count(end or 0.0) for end in (volume.value, volume.low, volume.high))
    return f"about {value} ({low} to {high}) inferences a year"


def _join(names: Sequence[str]) -> str:
    if len(names) > 2:  # noqa: PLR2004 - more than a sentence bears
        return f"{names[0]} and {len(names) - 1} more"
    return " or ".join(names)
