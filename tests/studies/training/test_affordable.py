"""Who is let go where the budget is short."""

from __future__ import annotations

from framewatt.studies.training.admission.pruning import unaffordable

SECONDS = {
    "quick@1/cpu/python[]": 1.0,
    "close@1/cpu/python[]": 1.5,
    "slow@1/cpu/python[]": 4.0,
    "slowest@1/cpu/python[]": 20.0,
}

NEEDS = {name: 10 * seconds for name, seconds in SECONDS.items()}


def test_everybody_stays_while_the_budget_allows_it() -> None:
    assert unaffordable(SECONDS, NEEDS, left=265, hopeless=2) == {}


def test_the_slowest_goes_first_and_only_until_the_others_fit() -> None:
    gone = unaffordable(SECONDS, NEEDS, left=70, hopeless=2)
    assert list(gone) == ["slowest@1/cpu/python[]"]
    assert gone["slowest@1/cpu/python[]"].startswith("about 20.0 s to the quality, where quick needs 1.00 s")


def test_close_rivals_stay_even_where_the_budget_is_too_short_for_them() -> None:
    assert list(unaffordable(SECONDS, NEEDS, left=5, hopeless=2)) == [
        "slowest@1/cpu/python[]",
        "slow@1/cpu/python[]",
    ]
    assert (
        unaffordable({"alone@1/cpu/python[]": 9.0}, {"alone@1/cpu/python[]": 90.0}, left=5, hopeless=2) == {}
    )
    assert unaffordable({}, {}, left=5, hopeless=2) == {}
