"""What carbon reads of a decision document: the one place that knows the keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from framewatt.carbon.basis import CarbonBasis, View, basis_from
from framewatt.carbon.places import PlaceRow, StartRow
from framewatt.carbon.sci import Footprint
from framewatt.records import Quantity, Scope, Stage, Status
from framewatt.records.arithmetic import total

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONDITIONS = ("cpu", "threads", "batch", "scenario")
_WITHIN_IDLE = "what the work adds cannot be told from the idle machine"


@dataclass(frozen=True, slots=True)
class CandidateFigures:
    """A candidate's figures per unit of work; `remainder` is what its meter did not see, None for nothing."""

    id: str
    name: str
    status: Status
    energy: Quantity
    marginal: Quantity
    remainder: Quantity | None
    seconds: Quantity
    footprint: Footprint | None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """A row of a document's ``candidates``; what it does not have is unknown."""
        remainder, block = row.get("platform_remainder") or {}, row.get("sci")
        return cls(
            id=row["id"],
            name=row.get("name", row["id"]),
            status=Status(row.get("status", Status.MEASURED)),
            energy=_figure(row, "energy_per_unit", "J"),
            marginal=_figure(row, "marginal_energy_per_unit", "J"),
            remainder=Quantity.from_json(remainder) if remainder.get("value") is not None else None,
            seconds=_figure(row, "seconds_per_unit", "s"),
            footprint=Footprint.from_json(block) if block else None,
        )

    @property
    def raced(self) -> bool:
        """Whether it came into the race."""
        return self.status in {Status.MEASURED, Status.ELIMINATED}

    def wall_energy(self) -> Quantity:
        """Reserved energy at the wall: as metered, and what a package counter misses."""
        if self.energy.value is None or self.energy.scope is Scope.WALL or self.remainder is None:
            return self.energy
        return total(self.energy.unit, self.energy, self.remainder, scope=Scope.WALL)

    def energy_of(self, view: View) -> Quantity:
        """The energy that a view charges: reserved, or marginal where it can be told from 0."""
        if view is View.ATTRIBUTIONAL:
            return self.wall_energy()
        if self.marginal.value is not None and min(self.marginal.value, self.marginal.low or 0.0) < 0:
            return Quantity.unknown(self.marginal.unit, _WITHIN_IDLE, scope=self.marginal.scope)
        return self.marginal


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A decided run; `warnings` are sentences with the candidate that each concerns, None for all."""

    name: str
    basis: CarbonBasis
    candidates: tuple[CandidateFigures, ...]
    selected: tuple[str, ...]
    verdict: str
    margin: float
    unit: str
    stage: Stage | None
    workload: str
    conditions: str
    meter: str
    meter_provenance: str
    warnings: tuple[tuple[str, str | None], ...]
    elsewhere: tuple[PlaceRow, ...]
    starts: tuple[StartRow, ...]

    @classmethod
    def from_json(cls, decision: Mapping[str, Any]) -> Self:
        """The run of a decision document with its ``carbon`` block."""
        carbon, meter = decision["carbon"], decision.get("meter") or {}
        valid, stage = decision.get("valid_for") or {}, decision.get("stage")
        return cls(
            name=decision.get("run") or "a study",
            basis=basis_from(carbon),
            candidates=tuple(CandidateFigures.from_json(row) for row in decision["candidates"]),
            selected=tuple(decision.get("selected") or ()),
            verdict=decision.get("verdict") or "not stated",
            margin=decision.get("margin", 0.0),
            unit=_unit_name(decision.get("functional_unit") or "unit"),
            stage=Stage(stage) if stage else None,
            workload=_in_words(decision.get("workload")),
            conditions=_in_words({key: valid[key] for key in _CONDITIONS if valid.get(key) is not None}),
            meter=meter.get("name", "not stated"),
            meter_provenance=meter.get("provenance", "provenance not stated"),
            warnings=tuple(
                (str(warning["message"]), warning.get("candidate"))
                for warning in decision.get("warnings") or ()
            ),
            elsewhere=tuple(PlaceRow.from_json(row) for row in carbon.get("elsewhere") or ()),
            starts=tuple(StartRow.from_json(row) for row in carbon.get("starts") or ()),
        )

    def measured(self) -> tuple[CandidateFigures, ...]:
        """The candidates with an energy figure, the selected ones first."""
        known = {row.id: row for row in self.candidates if row.energy.value is not None}
        order = dict.fromkeys((*(name for name in self.selected if name in known), *known))
        return tuple(known[name] for name in order)


def _figure(row: Mapping[str, Any], key: str, unit: str) -> Quantity:
    stored = row.get(key)
    if stored is None:
        return Quantity.unknown(unit, f"the run has no {key} for this candidate")
    return Quantity.from_json(stored)


def _unit_name(unit: Mapping[str, str] | str) -> str:
    return unit if isinstance(unit, str) else str(unit.get("name", "unit"))


def _in_words(value: Mapping[str, object] | str | None) -> str:
    if not value:
        return "not stated"
    if isinstance(value, str):
        return value
    if "name" in value:
        return str(value["name"])
    return ", ".join(f"{key} {item}" for key, item in value.items())
