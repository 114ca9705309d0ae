"""Figures: what they say in a document, and what a derived one inherits."""

import json

import pytest

from framewatt.records import Estimate, Provenance, Quantity, Scope
from framewatt.records.arithmetic import exact, product, quotient, total

MEASURED = Quantity(2.0, "J", Provenance.MEASURED, 1.5, 2.5, Scope.WALL, "a plug")
ESTIMATED = Quantity(3.0, "J", Provenance.ESTIMATED)


@pytest.mark.parametrize(
    "figure",
    [
        MEASURED,
        Quantity.unknown("J", "no meter", scope=Scope.PACKAGE),
        product("J", MEASURED, ESTIMATED),
        Quantity(1.0, "1", Provenance.DERIVED),
    ],
)
def test_a_figure_reads_back_from_its_document_as_it_was(figure: Quantity) -> None:
    assert Quantity.from_json(json.loads(json.dumps(figure.to_json()))) == figure


def test_a_document_tells_the_weakest_source_in_words_and_has_no_key_of_its_own_for_it() -> None:
    document = total("J", MEASURED, ESTIMATED).to_json()
    assert list(document) == ["value", "unit", "provenance", "low", "high", "scope", "reason"]
    assert document["reason"] == "weakest input: estimated"


@pytest.mark.parametrize("reason", ["weakest input: hearsay", "weakest input: ", "as declared", None])
def test_words_that_name_no_provenance_tell_no_weakest_source(reason: str | None) -> None:
    document = Quantity(1.0, "J", Provenance.DERIVED).to_json() | {"reason": reason}
    assert Quantity.from_json(document).weakest is None


def test_what_is_derived_from_a_derived_figure_inherits_its_weakest_source() -> None:
    declared = exact(2.0, "1")
    first = product("J", MEASURED, declared)
    assert (first.provenance, first.weakest) == (Provenance.DERIVED, Provenance.DECLARED)
    assert quotient("1", ESTIMATED, first).weakest is Provenance.ESTIMATED
    assert first.scaled(1e-3, "kJ").weakest is Provenance.DECLARED


def test_a_figure_whose_sources_nobody_named_is_the_weakest_source_of_all() -> None:
    assert Quantity.derived(1.0, "J", ()).weakest is Provenance.DERIVED
    assert total("J", ESTIMATED, Quantity(1.0, "J", Provenance.DERIVED)).weakest is Provenance.DERIVED


def test_an_estimate_without_an_upper_end_has_no_interval_and_one_that_is_infinite_no_value() -> None:
    known = Quantity.of_estimate(Estimate(1.0, 0.5, float("inf")), "J", Provenance.MEASURED)
    assert (known.value, known.low, known.high) == (1.0, None, None)
    below = Quantity.of_estimate(Estimate(1.0, float("-inf"), 2.0), "J", Provenance.MEASURED)
    assert (below.low, below.high) == (None, 2.0)
    for estimate in (None, Estimate(float("inf"), 1.0, 2.0)):
        assert (
            Quantity.of_estimate(estimate, "J", Provenance.MEASURED, missing="too short").reason
            == "too short"
        )
