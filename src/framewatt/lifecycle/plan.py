"""Whole lifetimes added up: their stages, break-even volumes, and the curve (pure)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.lifecycle.advice import advice
from framewatt.lifecycle.break_even import break_even
from framewatt.lifecycle.document import CurvePoint, LeftOut, Plan, PlanRow
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import interval
from framewatt.lifecycle.formulas import FORMULAS, STAGES
from framewatt.lifecycle.lifetimes import Lifetime, Volumes, lifetimes_of
from framewatt.lifecycle.study import Study
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from framewatt.records import Json

_CURVE_POINTS = 25
_CURVE_DECADES = 3
"""The curve reaches so many decades to either side of the volume that was asked for."""


def build_plan(decisions: Sequence[Json], volumes: Volumes, exporting: Mapping[str, Sequence[str]]) -> Plan:
    """Add up the stages of every pair that the studies (``framewatt/decision/1`` documents) allow.

    Raises:
        BadInput: studies that do not add up, no pair, or a volume of a stage that nobody studied.
    """
    studies = tuple(map(Study.from_json, decisions))
    best, *others = sorted(
        lifetimes_of(studies, volumes, exporting), key=lambda lifetime: lifetime.total(volumes)
    )
    intensity = _intensity(studies)
    crossings = tuple(break_even(best, other, volumes) for other in others)
    names = {lifetime.pair.id: lifetime.pair.name for lifetime in (best, *others)}
    return Plan(
        studies=studies,
        volumes=volumes,
        intensity=intensity,
        network=_network(studies),
        rows=tuple(_row(lifetime, volumes, intensity) for lifetime in (best, *others)),
        break_even=crossings,
        curve=tuple(_curve([best, *others], volumes)),
        left_out=tuple(_left_out(studies)),
        advice=advice(best.pair.id, crossings, names, volumes.inferences_per_year),
    )


def _row(lifetime: Lifetime, volumes: Volumes, intensity: Quantity) -> PlanRow:
    pair = lifetime.pair
    return PlanRow(
        id=pair.id,
        name=pair.name,
        training=pair.training.row.id if pair.training else None,
        serving=pair.serving.row.id if pair.serving else None,
        coefficients=_coefficients(lifetime),
        stages={name: _added_up(lifetime, name, volumes) for name in STAGES},
        total=_added_up(lifetime, "total", volumes),
        carbon=_carbon(lifetime, volumes, intensity),
    )


def _added_up(lifetime: Lifetime, formula: str, volumes: Volumes) -> Quantity:
    value, low, high = (lifetime.at(formula, volumes, end) for end in ("value", "low", "high"))
    return Quantity.derived(value, "J", _sources(lifetime), low=low, high=high)


def _coefficients(lifetime: Lifetime) -> dict[str, Quantity]:
    """Each with its provenance; what is not known of it is counted as nothing, and named."""
    return {
        name: Quantity.of_estimate(
            figure.energy,
            "J",
            figure.provenance,
            reason=f"without {', '.join(figure.gaps)}" if figure.gaps else None,
        )
        for name, figure in lifetime.figures.items()
    }


def _carbon(lifetime: Lifetime, volumes: Volumes, intensity: Quantity) -> Quantity:
    if intensity.value is None:
        return Quantity.unknown("gCO2eq", str(intensity.reason))
    grid = interval(intensity)

    def grams(end: str) -> float:
        values = {name: getattr(figure.energy, end) for name, figure in lifetime.figures.items()}
        return evaluate(FORMULAS["carbon"], {**values, **asdict(volumes), "intensity": getattr(grid, end)})

    value, low, high = (grams(end) for end in ("value", "low", "high"))
    return Quantity.derived(value, "gCO2eq", _sources(lifetime), low=low, high=high)


def _sources(lifetime: Lifetime) -> list[Provenance]:
    """Where the coefficients come from; one that is only derived, such as a stage of nothing, adds none."""
    provenances = (figure.provenance for figure in lifetime.figures.values())
    return [provenance for provenance in provenances if provenance is not Provenance.DERIVED]


def _curve(lifetimes: Sequence[Lifetime], volumes: Volumes) -> Iterator[CurvePoint]:
    """Totals of every lifetime at volumes around the one asked for, evenly on a logarithmic scale."""
    if all(lifetime.pair.serving is None for lifetime in lifetimes):
        return
    middle = volumes.inferences_per_year or 1e6
    for index in range(_CURVE_POINTS):
        exponent = _CURVE_DECADES * (2 * index / (_CURVE_POINTS - 1) - 1)
        at = replace(volumes, inferences_per_year=middle * 10**exponent)
        totals = {lifetime.pair.id: lifetime.total(at) for lifetime in lifetimes}
        best = min(totals, key=lambda name: totals[name])
        yield CurvePoint(at.inferences_per_year, best, totals)


def _intensity(studies: Sequence[Study]) -> Quantity:
    """The one carbon intensity that all runs share, else unknown with the reason."""
    first, *others = (study.intensity for study in studies)
    if all(other.value == first.value for other in others):
        return first
    return Quantity.unknown("gCO2eq/kWh", "the runs have different intensities; see --region")


def _network(studies: Sequence[Study]) -> Json:
    """The one factor that all runs' downloads are counted with.

    Raises:
        BadInput: they were counted with different ones.
    """
    first, *others = (study.network for study in studies)
    if any(other != first for other in others):
        raise BadInput("the runs were told different energies of the network; state one: --network-energy")
    return first


def _left_out(studies: Sequence[Study]) -> Iterator[LeftOut]:
    for study in studies:
        for row in study.rows:
            if not row.counts:
                yield LeftOut(row.id, row.name, study.stage, row.reason or "no energy is known")
