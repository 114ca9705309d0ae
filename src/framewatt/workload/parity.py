"""Whether a candidate computed the same thing: outputs against the oracle, on the scale of the outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Outputs = Sequence[Mapping[str, np.ndarray]]
    """One mapping of output name to array per checked sample."""


FULL_TOLERANCE = 1e-3
"""In single precision: far above its roundoff, for approximations (large Winograd tiles, polynomial erf)."""
_UNIT_ROUNDOFF = {"fp16": 2.0**-11, "tf32": 2.0**-11, "bf16": 2.0**-8}
"""IEEE 754 half precision, NVIDIA's and Google's formats: half the gap between 1 and the next number."""
DIFFERS = "differs from the oracle"
"""In the reason of whoever a larger tolerance would let pass."""
_ROUNDINGS = 164
"""So many independent roundings, one a layer, are expected to add up to sqrt(164) = 12.8 times the roundoff
(Higham & Mary 2019, SIAM J. Sci. Comput. 41:A2815): 0.00625 in half precision, 0.05 in bfloat16."""


def default_tolerance(precision: str) -> float:
    """The largest disagreement with the oracle that rounding to this precision explains, of the scale."""
    return max(FULL_TOLERANCE, math.sqrt(_ROUNDINGS) * _UNIT_ROUNDOFF.get(precision, 0.0))


def tolerance_for(error: float) -> str:
    """The least tolerance of one digit that lets an `error` above 0 pass, as it is typed."""
    unit = 10.0 ** math.floor(math.log10(error))
    return f"{math.ceil(error / unit) * unit:.1g}"


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest disagreement found: `error` is relative to the output's largest magnitude."""

    error: float
    agrees: bool
    reason: str | None = None


def compare_outputs(outputs: Outputs, oracle: Outputs, tolerance: float) -> Parity:
    """Compare a candidate's outputs with the oracle's, sample by sample.

    The error of an output is ``max|a - b| / max|b|``, both over all checked samples, so that near-zero
    elements of a large tensor do not decide; whole numbers and booleans must be equal, and NaN and infinity
    must stand where the oracle has them.
    """
    worst = Parity(0.0, agrees=True)
    for name in oracle[0]:
        parity = _compare_one(name, outputs, oracle, tolerance)
        if not parity.agrees:
            return parity
        if parity.error > worst.error:
            worst = parity
    return worst


def _compare_one(name: str, outputs: Outputs, oracle: Outputs, tolerance: float) -> Parity:
    difference = scale = 0.0
    for index, (mine, right) in enumerate(zip(outputs, oracle, strict=True)):
        if name not in mine:
            return Parity(float("inf"), agrees=False, reason=f"output {name!r} is missing")
        a, b = np.asarray(mine[name]), np.asarray(right[name])
        if a.size == 0 and b.size:
            return Parity(float("inf"), agrees=False, reason=f"output {name!r} is empty")
        if a.shape != b.shape:
            reason = f"output {name!r} has shape {a.shape}, expected {b.shape}"
            return Parity(float("inf"), agrees=False, reason=reason)
        a, b = a.astype(np.float64), b.astype(np.float64)
        finite = np.isfinite(b)
        if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
            reason = f"output {name!r} holds NaN or infinity where the oracle does not, on sample {index}"
            return Parity(float("inf"), agrees=False, reason=reason)
        difference = max(difference, float(np.max(np.abs(a[finite] - b[finite]), initial=0.0)))
        scale = max(scale, float(np.max(np.abs(b[finite]), initial=0.0)))
    exact = not np.issubdtype(np.asarray(oracle[0][name]).dtype, np.floating)
    error = difference / scale if scale else difference
    problem = None
    if exact and error:
        problem = f"output {name!r}, whole numbers, is not the oracle's (by {error:.2g} of its scale)"
    elif error > tolerance:
        problem = f"output {name!r} {DIFFERS} by {error:.2g} of its scale (allowed {tolerance:.2g})"
    return Parity(error, agrees=problem is None, reason=problem)


def consensus(answers: Sequence[Outputs]) -> list[dict[str, np.ndarray]]:
    """The element-wise median of several candidates' outputs: the oracle where none can be computed.

    Only answers of the commonest shape vote.
    """
    medians = []
    for sample in range(len(answers[0])):
        named = {}
        for name in answers[0][sample]:
            arrays = [np.asarray(answer[sample][name]) for answer in answers if name in answer[sample]]
            shapes = [array.shape for array in arrays]
            common = max(set(shapes), key=shapes.count)
            named[name] = np.median([a for a in arrays if a.shape == common], axis=0).astype(arrays[0].dtype)
        medians.append(named)
    return medians
