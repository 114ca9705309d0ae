"""Formulas as data: the tree means what algebra says."""

from __future__ import annotations

import json

import pytest

from framewatt.lifecycle.expression import evaluate, names
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS, STAGES, VARIABLES

VALUES = {
    "download": 5000.0,
    "set_up": 1000.0,
    "development_run": 20.0,
    "training": 300.0,
    "inference": 0.25,
    "development_runs": 50,
    "trainings_per_year": 12,
    "inferences_per_year": 1e6,
    "years": 3,
    "intensity": 100,
}


def test_the_total_is_what_pencil_and_paper_give() -> None:
    by_hand = 5000 + 1000 + 50 * 20 + 3 * 12 * 300 + 3 * 1e6 * 0.25
    assert evaluate(FORMULAS["total"], VALUES) == pytest.approx(by_hand)
    assert evaluate(FORMULAS["carbon"], VALUES) == pytest.approx(by_hand / 3.6e6 * 100)


def test_the_stages_add_up_to_the_total() -> None:
    stages = sum(evaluate(FORMULAS[name], VALUES) for name in STAGES)
    assert stages == pytest.approx(evaluate(FORMULAS["total"], VALUES))


def test_formulas_survive_json_and_name_only_what_the_document_holds() -> None:
    again = json.loads(json.dumps(FORMULAS))
    assert evaluate(again["total"], VALUES) == evaluate(FORMULAS["total"], VALUES)
    assert set(names(again["total"])) == {*COEFFICIENTS, *VARIABLES}


def test_a_tree_outside_the_grammar_or_without_its_values_is_refused() -> None:
    with pytest.raises(ValueError, match="not an expression"):
        evaluate({"op": "^", "of": []}, {})
    with pytest.raises(KeyError):
        evaluate({"variable": "years"}, {})
