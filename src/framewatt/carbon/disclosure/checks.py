"""The consistency checks that a certifier makes on a disclosure (GSF self-certification, 2026)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from framewatt.records.units import HOURS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOLERANCE = 0.01
_HIGHEST_INTENSITY = 2000
_HIGHEST_PUE = 3
_SHORTEST_YEARS, _LONGEST_YEARS = 2, 7


def consistency_checks(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each check with its name, whether it passed (None: an input is not known) and what was found."""
    return [
        {"check": name, "passed": passed, "found": found}
        for name, passed, found in (*_sums(document), *_ranges(document))
    ]


def _sums(document: Mapping[str, Any]) -> Iterator[tuple[str, bool | None, str]]:
    totals, components = document["totals"], document["components"]
    energy, intensity = _value(totals["energy"]), _value(document["intensity"]["quantity"])
    operational, embodied = _value(totals["operational"]), _value(totals["embodied"])
    count, score = _value(document["functional_unit"]["count"]), _value(document["score"])
    yield _near("O = E * I", operational, _times(energy, intensity))
    both = None if operational is None or embodied is None else operational + embodied
    yield _near("SCI = (O + M) / R", score, None if both is None or not count else both / count)
    parts = [_times(_value(c["energy"]), _value(c["pue"]), c["count"]) for c in components]
    yield _near("components' kWh * PUE = E", energy, _sum(parts))
    yield _near("components' M = M", embodied, _sum([_value(c["embodied"]) for c in components]))


def _ranges(document: Mapping[str, Any]) -> Iterator[tuple[str, bool | None, str]]:
    intensity = _value(document["intensity"]["quantity"])
    yield (
        f"0 < I < {_HIGHEST_INTENSITY}",
        None if intensity is None else 0 < intensity < _HIGHEST_INTENSITY,
        _shown(intensity),
    )
    embodied = _value(document["totals"]["embodied"])
    yield (
        "M > 0, unless the report justifies it",
        None if embodied is None else embodied > 0,
        _shown(embodied),
    )
    for component in document["components"]:
        name, pue = component["name"], _value(component["pue"])
        years, share = _value(component["lifespan"]), _value(component["resource_share"])
        years = None if years is None else years / HOURS_PER_YEAR
        yield (
            f"{name}: 1 <= PUE <= {_HIGHEST_PUE}",
            None if pue is None else 1 <= pue <= _HIGHEST_PUE,
            _shown(pue),
        )
        yield (
            f"{name}: lifespan {_SHORTEST_YEARS} to {_LONGEST_YEARS} years",
            None if years is None else _SHORTEST_YEARS <= years <= _LONGEST_YEARS,
            _shown(years),
        )
        yield f"{name}: 0 < RS <= 1", None if share is None else 0 < share <= 1, _shown(share)


def _near(name: str, found: float | None, expected: float | None) -> tuple[str, bool | None, str]:
    if found is None or expected is None:
        return name, None, "not known"
    return name, math.isclose(found, expected, rel_tol=_TOLERANCE), f"{found:.6g} and {expected:.6g}"


def _value(quantity: Mapping[str, Any]) -> float | None:
    value: float | None = quantity["value"]
    return value


def _times(*factors: float | None) -> float | None:
    known = [factor for factor in factors if factor is not None]
    return math.prod(known) if len(known) == len(factors) else None


def _sum(terms: list[float | None]) -> float | None:
    known = [term for term in terms if term is not None]
    return math.fsum(known) if len(known) == len(terms) else None


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
