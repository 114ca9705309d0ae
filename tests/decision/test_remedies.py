"""What is advised where a decision leaves something open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from framewatt.decision.assembly import budget_to_ask

if TYPE_CHECKING:
    from framewatt.decision.findings import Findings


@pytest.mark.parametrize(("needed", "asked"), [(5.0, 30.0), (40.0, 42.0)])
def test_the_budget_that_is_asked_for_is_clearly_more_than_the_one_that_was_not_enough(
    needed: float, asked: float
) -> None:
    manifest = SimpleNamespace(
        request=SimpleNamespace(race=SimpleNamespace(budget=20.0)), whole_budget=None, training=None
    )
    standings = SimpleNamespace(budget_needed_seconds=needed)
    findings = SimpleNamespace(standings=standings, admission_seconds=2.0, manifest=manifest)
    assert budget_to_ask(cast("Findings", findings)) == asked
