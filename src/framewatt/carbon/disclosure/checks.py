"""The consistency checks that a certifier makes on a disclosure (GSF self-certification, 2026)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from framewatt.carbon.disclosure.schema import Check
from framewatt.records.units import HOURS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.carbon.disclosure.schema import DisclosedComponent, Disclosure

_TOLERANCE = 0.01
_HIGHEST_INTENSITY = 2000
_HIGHEST_PUE = 3
_SHORTEST_YEARS, _LONGEST_YEARS = 2, 7


def consistency_checks(document: Disclosure) -> tuple[Check, ...]:
    """Each check with its name, whether it passed (None: an input is not known) and what was found."""
    return (*_sums(document), *_ranges(document))


def _sums(document: Disclosure) -> Iterator[Check]:
    totals, components = document.totals, document.components
    energy, intensity = totals.energy.value, document.intensity.quantity.value
    operational, embodied = totals.operational.value, totals.embodied.value
    count = document.functional_unit.count.value
    yield _near("O = E * I", operational, _times(energy, intensity))
    both = None if operational is None or embodied is None else operational + embodied
    yield _near(
        "SCI = (O + M) / R", document.score.value, None if both is None or not count else both / count
    )
    parts = [_times(item.energy.value, item.pue.value, item.count) for item in components]
    yield _near("components' kWh * PUE = E", energy, _sum(parts))
    yield _near("components' M = M", embodied, _sum([item.embodied.value for item in components]))


def _ranges(document: Disclosure) -> Iterator[Check]:
    intensity, embodied = document.intensity.quantity.value, document.totals.embodied.value
    yield Check(
        f"0 < I < {_HIGHEST_INTENSITY}",
        None if intensity is None else 0 < intensity < _HIGHEST_INTENSITY,
        _shown(intensity),
    )
    yield Check(
        "M > 0, unless the report justifies it",
        None if embodied is None else embodied > 0,
        _shown(embodied),
    )
    for component in document.components:
        yield from _of_component(component)


def _of_component(component: DisclosedComponent) -> Iterator[Check]:
    name, pue, share = component.name, component.pue.value, component.resource_share.value
    hours = component.lifespan.value
    years = None if hours is None else hours / HOURS_PER_YEAR
    yield Check(
        f"{name}: 1 <= PUE <= {_HIGHEST_PUE}",
        None if pue is None else 1 <= pue <= _HIGHEST_PUE,
        _shown(pue),
    )
    yield Check(
        f"{name}: lifespan {_SHORTEST_YEARS} to {_LONGEST_YEARS} years",
        None if years is None else _SHORTEST_YEARS <= years <= _LONGEST_YEARS,
        _shown(years),
    )
    yield Check(f"{name}: 0 < RS <= 1", None if share is None else 0 < share <= 1, _shown(share))


def _near(name: str, stated: float | None, expected: float | None) -> Check:
    if stated is None or expected is None:
        return Check(name, None, "not known")
    close = math.isclose(stated, expected, rel_tol=_TOLERANCE)
    return Check(name, close, f"{stated:.6g} and {expected:.6g}")


def _times(*factors: float | None) -> float | None:
    known = [factor for factor in factors if factor is not None]
    return math.prod(known) if len(known) == len(factors) else None


def _sum(terms: list[float | None]) -> float | None:
    known = [term for term in terms if term is not None]
    return math.fsum(known) if len(known) == len(terms) else None


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
