"""A plan, and how it stands in its document (``framewatt/plan/1``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from framewatt.lifecycle.formulas import FORMULAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.lifecycle.break_even import BreakEven
    from framewatt.lifecycle.lifetimes import Volumes
    from framewatt.lifecycle.study import Study
    from framewatt.records import Json, Quantity, Stage

SCHEMA = "framewatt/plan/1"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One lifetime, added up; `training` and `serving` are its candidates' ids."""

    id: str
    name: str
    training: str | None
    serving: str | None
    coefficients: Mapping[str, Quantity]
    stages: Mapping[str, Quantity]
    total: Quantity
    carbon: Quantity

    def to_json(self) -> Json:
        """An entry of ``candidates``."""
        return {
            "id": self.id,
            "name": self.name,
            "training": self.training,
            "serving": self.serving,
            "coefficients": {name: figure.to_json() for name, figure in self.coefficients.items()},
            "stages": {name: figure.to_json() for name, figure in self.stages.items()},
            "total": self.total.to_json(),
            "carbon": self.carbon.to_json(),
        }


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Every lifetime's total in J at one volume, and which is the least."""

    inferences_per_year: float
    best: str
    totals: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate of a study that no lifetime has, and why."""

    id: str
    name: str
    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Whole lifetimes, the least first; `break_even` has the first one against each of the others."""

    studies: tuple[Study, ...]
    volumes: Volumes
    intensity: Quantity
    network: Json
    rows: tuple[PlanRow, ...]
    break_even: tuple[BreakEven, ...]
    curve: tuple[CurvePoint, ...]
    left_out: tuple[LeftOut, ...]
    advice: str

    @property
    def best(self) -> PlanRow:
        """The lifetime that needs the least."""
        return self.rows[0]

    def to_json(self) -> dict[str, Any]:
        """The document."""
        return {
            "schema": SCHEMA,
            "runs": [
                {"run": study.run, "stage": study.stage.value, "workload": study.work.name}
                for study in self.studies
            ],
            "variables": asdict(self.volumes),
            "intensity": self.intensity.to_json(),
            "network": self.network,
            "formulas": FORMULAS,
            "candidates": [row.to_json() for row in self.rows],
            "selected": self.best.id,
            "break_even": [crossing.to_json() for crossing in self.break_even],
            "curve": [asdict(point) for point in self.curve],
            "left_out": [asdict(missing) for missing in self.left_out],
            "advice": self.advice,
        }
