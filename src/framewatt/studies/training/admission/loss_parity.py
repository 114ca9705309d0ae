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

    Only losses that are numbers can be a reference. Returns the losses and whose they are; None where
    nobody reported such.
    """
    known = {name: list(values[:STEPS]) for name, values in losses.items() if no_number(values) is None}
    if not known:
        return None
    if named is not None and named in known:
        return known[named], named
    if len(known) < _VOTERS:
        first = next(iter(known))
        return known[first], first
    return [median(step) for step in zip(*known.values(), strict=False)], "the median"


def no_number(losses: Sequence[float]) -> str | None:
    """Which of the first losses is not a number; None where all are."""
    for step, loss in enumerate(losses[:STEPS], start=1):
        if not math.isfinite(loss):
            return f"the loss of step {step} is {loss}"
    return None


def gap(losses: Sequence[float], reference: Sequence[float]) -> float:
    """The largest relative disagreement over the first steps."""
    return max(
        (abs(a - b) / max(abs(b), 1e-12) for a, b in zip(losses, reference, strict=False)), default=0.0
    )


def disagreement(losses: Sequence[float], reference: Sequence[float], owner: str) -> str | None:
    """Why a candidate does not optimise the same thing: the step and the two values; None where it does."""
    for step, (loss, right) in enumerate(zip(losses, reference, strict=False), start=1):
        if abs(loss - right) > TOLERANCE * max(abs(right), 1e-12):
            difference = f"the loss of step {step} is {loss:.6g}, {owner} has {right:.6g}"
            return f"{difference}: {_cause(step)}"
    return None


def _cause(step: int) -> str:
    if step == 1:
        return "other initial weights or batches, another loss, or a loss taken after the update"
    return "the start agrees but the updates do not: another optimizer or learning rate"
