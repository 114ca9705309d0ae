"""The formulas of a plan, as trees; their names are those of the plan document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.lifecycle.expression import (
    coefficient,
    evaluate,
    product,
    quotient,
    total,
    variable,
)
from framewatt.units import JOULES_PER_KWH

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = ("development_runs", "trainings_per_year", "inferences_per_year", "years")
COEFFICIENTS = ("set_up", "development_run", "training", "inference")
"""Energies in J: once per machine, per edit-run loop, per trained model, per inference."""

_DEVELOPMENT = total(
    coefficient("set_up"), product(variable("development_runs"), coefficient("development_run"))
)
_TRAINING = product(variable("years"), variable("trainings_per_year"), coefficient("training"))
_INFERENCE = product(variable("years"), variable("inferences_per_year"), coefficient("inference"))

FORMULAS = {
    "development": _DEVELOPMENT,
    "training": _TRAINING,
    "inference": _INFERENCE,
    "total": total(_DEVELOPMENT, _TRAINING, _INFERENCE),
    "carbon": quotient(
        product(total(_DEVELOPMENT, _TRAINING, _INFERENCE), variable("intensity")),
        {"constant": JOULES_PER_KWH},
    ),
    "break_even": quotient(
        coefficient("fixed_difference"),
        product(variable("years"), coefficient("inference_difference")),
    ),
    "fixed": total(_DEVELOPMENT, _TRAINING),
}
"""J; ``carbon`` in gCO2eq with ``intensity`` in gCO2eq/kWh, ``break_even`` in inferences a year."""

STAGES = ("development", "training", "inference")


def energies(values: Mapping[str, float]) -> dict[str, float]:
    """Each stage and the total in J."""
    return {name: evaluate(FORMULAS[name], values) for name in (*STAGES, "total")}
