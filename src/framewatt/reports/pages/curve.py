"""A plan's curve in the terminal: how many times the least each way of life needs, over the volume."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.records.units import format_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.lifecycle.document import CurvePoint

_ROWS = 9
_MARGIN = 8
_STEP = 2
"""Columns from one point of the curve to the next."""


def draw(curve: Sequence[CurvePoint], letters: Mapping[str, str]) -> list[str]:
    """Lines of text: both axes are logarithmic, and the bottom line belongs to whoever needs the least.

    There are none where the volume changes nothing, or nothing was served.

    Args:
        curve: The plan's curve, from the smallest volume to the largest.
        letters: Ids to the letter that stands for each; where two meet, the first one is drawn.
    """
    times = [{name: point.totals[name] / _least(point) for name in letters} for point in curve]
    top = max((max(values.values()) for values in times), default=1.0)
    if not math.isfinite(top) or top <= 1:
        return []
    grid = [[" "] * (len(curve) * _STEP) for _ in range(_ROWS)]
    for column, values in enumerate(times):
        for name in reversed(list(letters)):
            height = round(math.log(values[name]) / math.log(top) * (_ROWS - 1))
            grid[_ROWS - 1 - height][column * _STEP] = letters[name]
    labels = {0: f"{top:.3g}x", _ROWS // 2: f"{math.sqrt(top):.3g}x", _ROWS - 1: "1x"}
    lines = [f"{labels.get(row, ''):>{_MARGIN - 2}} |{''.join(cells)}" for row, cells in enumerate(grid)]
    return [line.rstrip() for line in [*lines, *_axis(curve)]]


def _least(point: CurvePoint) -> float:
    return point.totals[point.best] or math.inf


def _axis(curve: Sequence[CurvePoint]) -> list[str]:
    """Ticks and volumes at both ends and in the middle."""
    last = len(curve) - 1
    ticks = {0, last // 2, last}
    rule, labels = ["-"] * (len(curve) * _STEP), [" "] * (len(curve) * _STEP + _MARGIN)
    for tick in ticks:
        rule[tick * _STEP] = "+"
        label = format_count(curve[tick].inferences_per_year)
        labels[tick * _STEP : tick * _STEP + len(label)] = label
    return [f"{'':>{_MARGIN - 2}} +{''.join(rule)}", f"{'':>{_MARGIN}}{''.join(labels)}"]
