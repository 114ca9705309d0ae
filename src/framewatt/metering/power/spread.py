"""From what a fit got wrong on machines it had not seen to the factors of its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm as normal
from scipy.stats import t as student

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_FACTORS = 3


def principal_factors(residuals: Matrix) -> Matrix:
    """Principal factors of the second moments about zero, so that a bias counts as uncertainty too."""
    moments = residuals.T @ residuals / len(residuals)
    values, vectors = np.linalg.eigh(moments)
    factors = (vectors * np.sqrt(values.clip(0))).T[::-1][:_FACTORS]
    # What the leading factors leave out is spread over the levels by scaling them up to the full variance.
    kept = np.sqrt((factors**2).sum(axis=0))
    return np.asarray(factors * np.sqrt(np.diag(moments)) / kept)


def few_machines(machines: int) -> float:
    """By how much an interval grows because its spread was learned on few machines (Student's t)."""
    return float(student.ppf(0.975, machines - 1) / normal.ppf(0.975))
