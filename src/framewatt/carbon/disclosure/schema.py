"""A disclosure (``framewatt/sci/1``) as values; the fields are the keys of its JSON, in their order."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from framewatt.carbon.places import PlaceRow, StartRow
from framewatt.records import Quantity

if TYPE_CHECKING:
    from framewatt.carbon.ai import Side
    from framewatt.records import IntensityKind, Stage


@dataclass(frozen=True, slots=True)
class FunctionalUnit:
    """R: its name, how much of it was done, and why it was chosen."""

    name: str
    count: Quantity
    why: str
    how_counted: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole boundary over the whole period: E with the facility's overhead, O and M."""

    energy: Quantity
    operational: Quantity
    embodied: Quantity


@dataclass(frozen=True, slots=True)
class BoundaryLine:
    """Something inside or outside the boundary, and why."""

    component: str
    reason: str


@dataclass(frozen=True, slots=True)
class SoftwareBoundary:
    """What was counted and what was not."""

    included: tuple[BoundaryLine, ...]
    excluded: tuple[BoundaryLine, ...]


@dataclass(frozen=True, slots=True)
class DisclosedIntensity:
    """I with where it comes from; all but the figure is None while it is open."""

    quantity: Quantity
    region: str | None = None
    kind: IntensityKind | None = None
    basis: str | None = None
    source: str | None = None
    year: int | None = None
    when: str | None = None
    licence: str | None = None
    approach: str | None = None


@dataclass(frozen=True, slots=True)
class DisclosedComponent:
    """One kind of hardware: `count` pieces, each with its figures; O, M and E with overhead of all pieces."""

    name: str
    count: float
    energy: Quantity
    pue: Quantity
    facility_energy: Quantity
    total_embodied: Quantity
    lifespan: Quantity
    reserved: Quantity
    resource_share: Quantity
    operational: Quantity
    embodied: Quantity
    kind: str
    energy_source: str
    embodied_source: str


@dataclass(frozen=True, slots=True)
class Method:
    """How the score was computed."""

    approach: str
    view: str
    sharing: str
    formula: str
    uncertainty: str


@dataclass(frozen=True, slots=True)
class Check:
    """A certifier's check; `passed` is None where an input is not known."""

    check: str
    passed: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class AiScore:
    """Whose score it is under SCI for AI, and what that draft is worth."""

    score: Side
    stage: Stage
    status: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """All that the GSF's self-certification asks for. What is None at the end is not in the document."""

    schema: str
    framewatt_version: str
    specification: str
    claim: str
    software: str
    functional_unit: FunctionalUnit
    score: Quantity
    operational: Quantity
    embodied: Quantity
    totals: Totals
    boundary: SoftwareBoundary
    intensity: DisclosedIntensity
    components: tuple[DisclosedComponent, ...]
    method: Method
    assumptions: tuple[str, ...]
    limitations: tuple[str, ...]
    warnings: tuple[str, ...]
    calculation: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    ai: AiScore | None = None
    elsewhere: tuple[PlaceRow, ...] | None = None
    starts: tuple[StartRow, ...] | None = None

    def to_json(self) -> dict[str, object]:
        """The document."""
        stated = {field.name: getattr(self, field.name) for field in fields(self)}
        absent = [key for key in ("ai", "elsewhere", "starts") if stated[key] is None]
        return {key: _plain(value) for key, value in stated.items() if key not in absent}


def _plain(value: object) -> object:
    if isinstance(value, Quantity | PlaceRow | StartRow):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value.value if isinstance(value, Enum) else value
