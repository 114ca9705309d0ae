"""Fitting package power: shares of the thermal design power, and the curve between idle and full load."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.metering.power.model import LOADS
from framewatt.metering.power.parameters import USUAL_DESIGN_POWER, tdp_watts
from framewatt.metering.power.spread import few_machines, principal_factors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from framewatt.metering.power.calibration import Sample
    from framewatt.metering.power.parameters import Parameters

    Matrix = NDArray[np.float64]

_NEAR = 0.05
_EXPONENTS, _DECLINES = (0.7, 0.8, 0.9), (1.5,)  # too few machines to learn how turbo spread over the years
USUAL_PACKAGE: dict[str, Any] = {"exponent": [0.7, 1.5]}
"""What a fit without package powers takes the exponent from."""
_IDLE_SHIFTS = (0.0, -0.1, -0.2, -0.3, -0.4, -0.5)
_SIZE_PENALTY = {0.0: 8.0, 1.0: 1.0}
"""By load: idle machines differ by how they were set up more than by size."""


def fit_package(parameters: Parameters, package: Sequence[Sample]) -> dict[str, Any]:
    """Idle and full package power as shares of the thermal design power, and the curve between."""
    idle, full = (_fit_share(parameters, package, at) for at in _SIZE_PENALTY)

    def shaped(shape: tuple[float, float, float]) -> dict[str, Any]:
        exponent, decline, shift = shape
        return {"idle": [idle[0] + shift, idle[1]], "full": full, "exponent": [exponent, decline]}

    def error(shape: tuple[float, float, float]) -> float:
        candidate = replace(parameters, package=shaped(shape))
        return float(np.mean([np.abs(np.exp(-_package_residual(candidate, s)) - 1).mean() for s in package]))

    shapes = list(itertools.product(_EXPONENTS, _DECLINES, _IDLE_SHIFTS))
    best: tuple[float, float, float] = min(shapes, key=error)
    return shaped(best)


def package_spread(parameters: Parameters, package: Sequence[Sample]) -> Matrix:
    """Factors of the deviation on machines left out one at a time, brought to the eleven loads."""
    residuals = []
    for sample in package:
        others = [other for other in package if other is not sample]
        left_out = replace(parameters, package=fit_package(parameters, others))
        order = np.argsort(sample.loads)
        residuals.append(np.interp(LOADS, sample.loads[order], _package_residual(left_out, sample)[order]))
    return principal_factors(np.array(residuals)) * few_machines(len(package))


def _fit_share(parameters: Parameters, package: Sequence[Sample], at: float) -> list[float]:
    """Intercept and (shrunken) slope over size of the log share of the design power drawn at a load."""
    rows, logs = [], []
    for sample in package:
        here = np.abs(sample.loads - at) <= _NEAR
        if here.any():
            design_power = sample.machine.sockets * tdp_watts(sample.machine, parameters.tdp)
            rows.append([1.0, np.log(design_power / USUAL_DESIGN_POWER)])
            logs.append(np.log(np.median(sample.watts[here]) / design_power))
    known = np.array(rows)
    penalty = np.diag([0.0, _SIZE_PENALTY[at]])
    solution = np.linalg.solve(known.T @ known + penalty, known.T @ np.array(logs))
    return [round(float(value), 5) for value in solution]


def _package_residual(parameters: Parameters, sample: Sample) -> Matrix:
    levels = parameters.package_levels(sample.machine)
    return np.asarray(np.log(sample.watts / np.interp(sample.loads, LOADS, levels)))
