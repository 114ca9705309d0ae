"""The search over each family's settings inside the race: coarse first, then finer around what helped.

Points of a settings grid are tried one setting at a time from the family's equal-budget point, a numeric
setting first at its ends and middle. What helped is then combined, and a numeric setting refined around its
best value, until nothing new is promising. Every point that is tried becomes a candidate like any other, so a
lucky reading is corrected by the race itself (the coordinate search of Hooke & Jeeves 1961, J. ACM 8:212,
with racing as in F-Race: Birattari et al. 2002, GECCO).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from framewatt.race.rules import Entrant

WORTH_SEARCHING = math.log(2)
"""How far behind the leader a family's best may be for its settings to be searched."""
WORTH_REFINING = math.log(1.5)
"""The same once one setting at a time has been tried."""
HELPS = 0.015
"""Log improvement from which a value of a setting is taken into a combination."""
_COARSE = 3

Point = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Family:
    """One framework's grid: indices of entrants by their settings, and the equal-budget point."""

    name: str
    points: Mapping[Point, int]
    start: Point

    @property
    def axes(self) -> dict[str, list[str]]:
        """Every setting with its values: numbers in order, words as they came."""
        values: dict[str, dict[str, None]] = {}
        for point in self.points:
            for name, value in point:
                values.setdefault(name, {})[value] = None
        return {name: _ordered(offered) for name, offered in values.items()}


def families(entrants: Sequence[Entrant]) -> list[Family]:
    """Families with settings beyond their equal-budget entrant; one as shipped is none of their points."""
    grouped: dict[str, list[int]] = {}
    for index, entrant in enumerate(entrants):
        if not entrant.as_shipped:
            grouped.setdefault(entrant.family, []).append(index)
    searched = []
    for name, members in grouped.items():
        starts = [index for index in members if entrants[index].equal_budget]
        if not starts or len(starts) == len(members):
            continue
        points = {_point(entrants[index].settings): index for index in reversed(members)}
        searched.append(Family(name, points, _point(entrants[starts[0]].settings)))
    return searched


def proposals(family: Family, known: Mapping[int, float]) -> list[int]:
    """Points of the family to try next; none when its search is over.

    Args:
        family: The grid.
        known: Log ratio to the leader of the points tried so far, by entrant; NaN where one failed.
    """
    start = family.points[family.start]
    usable = {index: value for index, value in known.items() if math.isfinite(value)}
    if start not in usable:
        return []
    lag = min(usable.values())
    scouts = _scouts(family, known)
    if scouts:
        return scouts if lag <= WORTH_SEARCHING else []
    if lag > WORTH_REFINING:
        return []
    at_point = {point: usable[index] for point, index in family.points.items() if index in usable}
    best = min(at_point, key=lambda point: at_point[point])
    wanted = [*_combinations(family, at_point), *_neighbours(family, best)]
    return _untried(family, wanted, known)


def _scouts(family: Family, known: Mapping[int, float]) -> list[int]:
    axes = family.axes.items()
    wanted = [_moved(family.start, {name: value}) for name, values in axes for value in _coarse(values)]
    return _untried(family, wanted, known)


def _combinations(family: Family, at_point: Mapping[Point, float]) -> list[Point]:
    """The start, and the best point so far, with each setting at the value that helped most there."""
    best = min(at_point, key=lambda point: at_point[point])
    wanted = []
    for origin in dict.fromkeys((family.start, best)):
        moves = {}
        for name, values in family.axes.items():
            tried = {
                value: at_point[point]
                for value in values
                if (point := _moved(origin, {name: value})) in at_point
            }
            value = min(tried, key=lambda value: tried[value], default=None)
            if value is not None and tried[value] < at_point[origin] - HELPS:
                moves[name] = value
        wanted.append(_moved(origin, moves))
        if origin == family.start:
            # What helped from the start may do so from the best point too.
            wanted += [_moved(best, {name: value}) for name, value in moves.items()]
    return wanted


def _neighbours(family: Family, best: Point) -> list[Point]:
    """Numeric settings one value up and down from the best point."""
    here, wanted = dict(best), []
    for name, values in family.axes.items():
        if name in here and all(_is_number(value) for value in values):
            at = values.index(here[name])
            wanted += [
                _moved(best, {name: values[near]}) for near in (at - 1, at + 1) if 0 <= near < len(values)
            ]
    return wanted


def _untried(family: Family, wanted: Iterable[Point], known: Mapping[int, float]) -> list[int]:
    indices = (family.points[point] for point in wanted if point in family.points)
    return [index for index in dict.fromkeys(indices) if index not in known]


def _coarse(values: Sequence[str]) -> list[str]:
    if len(values) <= _COARSE or not all(_is_number(value) for value in values):
        return list(values)
    return [values[0], values[len(values) // 2], values[-1]]


def _moved(point: Point, moves: Mapping[str, str]) -> Point:
    return _point({**dict(point), **moves})


def _point(settings: Mapping[str, str]) -> Point:
    return tuple(sorted(settings.items()))


def _ordered(values: Iterable[str]) -> list[str]:
    listed = list(values)
    return sorted(listed, key=float) if all(_is_number(value) for value in listed) else listed


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
