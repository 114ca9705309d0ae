"""Who is let go where the budget cannot buy everybody's measuring (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import Candidate
from framewatt.records.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping


def unaffordable(
    seconds: Mapping[str, float], needs: Mapping[str, float], left: float, hopeless: float
) -> dict[str, str]:
    """Whom to let go, slowest first, with the reason, until what all others need fits into `left`.

    Only who takes `hopeless` times as long as the quickest goes: closer ones are what a race is for.

    Args:
        seconds: Wall seconds of one training to the quality, by candidate.
        needs: Wall seconds that measuring each is yet to take.
        left: Wall seconds of the budget.
        hopeless: A ratio, above 1.
    """
    staying, gone = dict(seconds), {}
    while staying and sum(needs[name] for name in staying) > left:
        slowest, quickest = max(staying, key=staying.__getitem__), min(staying, key=staying.__getitem__)
        if staying[slowest] < hopeless * staying[quickest]:
            break
        gone[slowest] = (
            f"about {format_duration(staying[slowest])} to the quality, where "
            f"{Candidate.parse(quickest).framework} needs {format_duration(staying[quickest])}; "
            "measuring it as often does not fit into --budget"
        )
        del staying[slowest]
    return gone
