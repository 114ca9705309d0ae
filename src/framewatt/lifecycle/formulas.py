"""The formulas of a plan, as trees; their names are those of the plan document."""

from __future__ import annotations

from framewatt.lifecycle.expression import coefficient, difference, product, quotient, total, variable
from framewatt.records.units import JOULES_PER_KWH

VARIABLES = ("development_runs", "trainings_per_year", "inferences_per_year", "years")
COEFFICIENTS = ("download", "set_up", "development_run", "training", "inference")
"""Energies in J: in the network once, on the machine once, per edit-run loop, trained model, inference."""

_NETWORK = coefficient("download")
_DEVELOPMENT = total(
    coefficient("set_up"),
    product(variable("development_runs"), coefficient("development_run")),
)
_TRAINING = product(variable("years"), variable("trainings_per_year"), coefficient("training"))
_INFERENCE = product(variable("years"), variable("inferences_per_year"), coefficient("inference"))

FORMULAS = {
    "network": _NETWORK,
    "development": _DEVELOPMENT,
    "training": _TRAINING,
    "inference": _INFERENCE,
    "total": total(_NETWORK, _DEVELOPMENT, _TRAINING, _INFERENCE),
    "carbon": quotient(
        product(total(_NETWORK, _DEVELOPMENT, _TRAINING, _INFERENCE), variable("intensity")),
        {"constant": JOULES_PER_KWH},
    ),
    "break_even": quotient(
        difference({"constant": 0.0}, coefficient("fixed_difference")),
        product(variable("years"), coefficient("inference_difference")),
    ),
    "fixed": total(_NETWORK, _DEVELOPMENT, _TRAINING),
}
"""J; ``carbon`` in gCO2eq with ``intensity`` in gCO2eq/kWh, ``break_even`` in inferences a year,
from the differences of two lifetimes, which stand beside each volume in the document.
"""

STAGES = ("network", "development", "training", "inference")
"""What a total is made of; what the network draws is no energy of this machine, and stands apart."""
