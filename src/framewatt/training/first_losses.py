"""The gate to a task's race: the first losses show whether everybody optimises the same thing (pure)."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEPS = 5
TOLERANCE = 1e-4
"""Largest relative disagreement of the first losses; float32 sums in another order stay below it."""
_VOTERS = 3


def reference_losses(
    losses: Mapping[str, Sequence[float]], named: str | None
) -> tuple[list[float], str] | None:
    """What everyone is held against: the named candidate, else the median of three or more, else the first.

    Returns the losses and whose they are; None where nobody reported any.
    """
    if not losses:
        return None
    if named is not None and named in losses:
        return list(losses[named][:STEPS]), named
    if len(losses) < _VOTERS:
        first = next(iter(losses))
        return list(losses[first][:STEPS]), first
    length = min(len(found) for found in losses.values())
    return [
        median(found[step] for found in losses.values()) for step in range(min(length, STEPS))
    ], "the median"


def gap(losses: Sequence[float], reference: Sequence[float]) -> float:
    """The largest relative disagreement over the first steps."""
    return max(
        (abs(a - b) / max(abs(b), 1e-12) for a, b in zip(losses, reference, strict=False)), default=0.0
    )


def disagreement(losses: Sequence[float], reference: Sequence[float], whose: str) -> str | None:
    """Why a candidate does not optimise the same thing: the step and the two values; None where it does."""
    for step, (found, right) in enumerate(zip(losses, reference, strict=False), start=1):
        if not math.isfinite(found):
            return f"the loss of step {step} is {found}"
        if abs(found - right) > TOLERANCE * max(abs(right), 1e-12):
            told = f"the loss of step {step} is {found:.6g}, {whose} has {right:.6g}"
            return f"{told}: {_cause(step)}"
    return None


def _cause(step: int) -> str:
    if step == 1:
        return "other initial weights or batches, another loss, or a loss taken after the update"
    return "the start agrees but the updates do not: another optimizer or learning rate"
