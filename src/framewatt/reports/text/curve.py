"""A plan's curve in the terminal: how many times the least each way of life needs, over the volume."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from framewatt.records.units import format_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROWS = 9
_MARGIN = 8
_STEP = 2
"""Columns from one point of the curve to the next."""


def draw(curve: Sequence[Mapping[str, Any]], letters: Mapping[str, str]) -> list[str]:
    """Lines of text: both axes are logarithmic, and the bottom line belongs to whoever needs the least.

    Args:
        curve: The plan's curve, from the smallest volume to the largest.
        letters: Ids to the letter that stands for each; where several meet, the first one is drawn.
    """
    times = [{name: point["totals"][name] / least for name in letters} for point, least in _least(curve)]
    top = max(max(values.values()) for values in times)
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


def _least(curve: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], float]]:
    return [(point, point["totals"][point["best"]] or math.inf) for point in curve]


def _axis(curve: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ticks and volumes at both ends and in the middle."""
    last = len(curve) - 1
    ticks = {0, last // 2, last}
    rule, told = ["-"] * (len(curve) * _STEP), [" "] * (len(curve) * _STEP + _MARGIN)
    for tick in ticks:
        rule[tick * _STEP] = "+"
        label = format_count(curve[tick]["inferences_per_year"])
        told[tick * _STEP : tick * _STEP + len(label)] = label
    return [f"{'':>{_MARGIN - 2}} +{''.join(rule)}", f"{'':>{_MARGIN}}{''.join(told)}"]
