"""What is advised where a decision leaves something open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from framewatt.decision.assembly import budget_to_ask
from framewatt.decision.frameworks import Place
from framewatt.decision.remedies import remedies_of
from framewatt.records import Provenance, Status, Verdict

if TYPE_CHECKING:
    from framewatt.decision.findings import Findings
    from framewatt.decision.frameworks import FrameworkRow

UNDECIDED: Any = SimpleNamespace(
    conclusion=SimpleNamespace(verdict=Verdict.UNDECIDED),
    manifest=SimpleNamespace(meter=SimpleNamespace(provenance=Provenance.MEASURED)),
)


def rows(*standings: tuple[str, Place]) -> list[FrameworkRow]:
    """Frameworks by their keys, each where it stands."""
    return [
        cast(
            "FrameworkRow",
            SimpleNamespace(key=key, framework=key.split("@")[0], place=place, status=Status.MEASURED),
        )
        for key, place in standings
    ]


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


def test_those_that_may_be_the_best_are_named_as_they_are_typed() -> None:
    open_, out = Place.MAYBE, Place.RULED_OUT
    frameworks = rows(("mnn@3.6.1", open_), ("tract@0.23.9", open_), ("ncnn@1.0", out))
    assert remedies_of(frameworks, UNDECIDED, None, []) == [
        "race only those that may be the best: --frameworks mnn,tract"
    ]


def test_versions_are_named_where_two_of_a_framework_raced() -> None:
    open_, out = Place.MAYBE, Place.RULED_OUT
    frameworks = rows(("mnn@3.6.1", open_), ("mnn@3.5.0", out), ("tract@0.23.9", open_))
    (advice,) = remedies_of(frameworks, UNDECIDED, None, [])
    assert advice.endswith("--frameworks mnn==3.6.1,tract")


def test_nobody_is_told_to_leave_one_of_six_out() -> None:
    frameworks = rows(*((f"{name}@1", Place.MAYBE) for name in "abcde"), ("f@1", Place.RULED_OUT))
    assert remedies_of(frameworks, UNDECIDED, None, []) == []
