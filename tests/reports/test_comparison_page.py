"""The page of a comparison: a budget is only asked for where somebody would wait for it."""

from __future__ import annotations

from typing import Any

import pytest

from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered


def undecided(needed: float | None, reason: str | None = None) -> dict[str, Any]:
    """A comparison that named this budget, in s."""
    return {
        "schema": "framewatt/compare/1",
        "run": "framewatt-runs/a",
        "verdict": "undecided",
        "decided_on": "cpu_seconds",
        "selected": [],
        "regret": None,
        "reason": "the budget ended",
        "candidates": [],
        "null": None,
        "ratios": [],
        "budget_needed_seconds": needed,
        "budget_reason": reason,
        "meter": {"name": "rapl", "scope": "package", "provenance": "measured"},
        "host": {"cpu_model": "a CPU", "logical_cpus": 2},
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("needed", "reason", "told"),
    [
        (90.0, None, "A --budget of about 1 min 30 s should settle it."),
        (90.0, "too little was measured", "A --budget of at least 1 min 30 s is needed to compare them."),
        (4 * 3600.0, None, "No budget within reason would settle it"),
        (None, "they point apart", "No budget is named: they point apart."),
    ],
)
def test_the_budget_that_would_settle_it_is_told_within_reason(
    needed: float | None, reason: str | None, told: str
) -> None:
    text = rendered(pages_of(undecided(needed, reason)), "text")
    assert told in text
    assert " h " not in text
