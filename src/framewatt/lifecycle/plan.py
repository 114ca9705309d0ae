"""The plan document (``framewatt/plan/1``): whole lives added up, break-even volumes, and the curve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import Figure, development_run, difference, set_up, unit_energy
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS, VARIABLES, energies
from framewatt.lifecycle.pairing import Pair, pairs
from framewatt.records import Estimate, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SCHEMA = "framewatt/plan/1"
_NOTHING = Figure(Estimate(0.0, 0.0, 0.0), Provenance.DERIVED.value)
_CURVE_POINTS = 25
_CURVE_DECADES = 3
"""The curve reaches so many decades to either side of the volume that was asked for."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """What the reader expects of the years to come."""

    development_runs: float
    trainings_per_year: float
    inferences_per_year: float
    years: float

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            BadInput: a negative number, or no years.
        """
        for name in VARIABLES:
            value = getattr(self, name)
            if not 0 <= value < float("inf") or (name == "years" and value == 0):
                option = "--" + name.replace("_", "-")
                raise BadInput(f"{option} {value:g}: a number of at least 0 (years: above 0)")


@dataclass(frozen=True, slots=True)
class Life:
    """A pair with its coefficients."""

    pair: Pair
    figures: Mapping[str, Figure]

    def values(self, volumes: Volumes) -> dict[str, float]:
        """Names to numbers, as the formulas read them."""
        return {**{name: self.figures[name].energy.value for name in COEFFICIENTS}, **asdict(volumes)}

    def total(self, volumes: Volumes) -> float:
        """J over all years."""
        return energies(self.values(volumes))["total"]


def build_plan(
    decisions: Sequence[Mapping[str, Any]], volumes: Volumes, exporting: Collection[str]
) -> dict[str, Any]:
    """Add up the stages of every pair that the studies allow.

    Raises:
        BadInput: no pair, or a volume of a stage that nobody studied.
    """
    lives = _lives(decisions, volumes, exporting)
    ranked = sorted(lives, key=lambda life: life.total(volumes))
    intensity = _intensity(decisions)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "runs": [
            {"run": d["run"], "stage": d["stage"], "workload": d["workload"]["name"]} for d in decisions
        ],
        "variables": asdict(volumes),
        "intensity": intensity,
        "formulas": FORMULAS,
        "candidates": [_candidate(life, volumes, intensity) for life in ranked],
        "selected": ranked[0].pair.id,
        "break_even": [_break_even(ranked[0], other, volumes) for other in ranked[1:]],
        "curve": _curve(ranked, volumes),
        "left_out": _left_out(decisions),
    }
    document["advice"] = _advice(document)
    return document


def _lives(
    decisions: Sequence[Mapping[str, Any]], volumes: Volumes, exporting: Collection[str]
) -> list[Life]:
    stages = {decision["stage"] for decision in decisions}
    if volumes.trainings_per_year and "training" not in stages:
        raise BadInput("--trainings-per-year needs a training run among the RUNs; give one, or 0")
    if volumes.inferences_per_year and "inference" not in stages:
        raise BadInput("--inferences-per-year needs an inference run among the RUNs; give one, or 0")
    found = [Life(pair, _figures(pair)) for pair in pairs(decisions, exporting)]
    if not found:
        raise BadInput("no candidate of the training run can serve in the inference run; see their formats")
    return found


def _figures(pair: Pair) -> dict[str, Figure]:
    rows = [row for row in (pair.training, pair.serving) if row is not None]
    trained = unit_energy(pair.training, pair.studies[0]) if pair.training and pair.studies[0] else None
    served = unit_energy(pair.serving, pair.studies[1]) if pair.serving and pair.studies[1] else None
    return {
        "set_up": set_up(rows),
        "development_run": development_run(rows[0]),
        "training": trained or _NOTHING,
        "inference": served or _NOTHING,
    }


def _candidate(life: Life, volumes: Volumes, intensity: Mapping[str, Any]) -> dict[str, Any]:
    values = life.values(volumes)
    coefficients = {
        name: asdict(
            Quantity(
                figure.energy.value,
                "J",
                Provenance(figure.provenance),
                figure.energy.low,
                figure.energy.high,
            )
        )
        for name, figure in life.figures.items()
    }
    ends = {end: _at_end(life, volumes, end) for end in ("low", "high")}
    weakest = _weakest([figure.provenance for figure in life.figures.values()])
    stages = {
        name: _derived(value, "J", ends["low"][name], ends["high"][name], weakest)
        for name, value in energies(values).items()
    }
    carbon = Quantity.unknown("gCO2eq", str(intensity["reason"]))
    if intensity["value"] is not None:
        grams = evaluate(FORMULAS["carbon"], {**values, "intensity": intensity["value"]})
        carbon = Quantity(grams, "gCO2eq", Provenance.DERIVED, reason=f"weakest input: {weakest}")
    return {
        "id": life.pair.id,
        "name": life.pair.name,
        "training": life.pair.training["id"] if life.pair.training else None,
        "serving": life.pair.serving["id"] if life.pair.serving else None,
        "coefficients": coefficients,
        "stages": {name: stages[name] for name in stages if name != "total"},
        "total": stages["total"],
        "carbon": asdict(carbon),
    }


def _at_end(life: Life, volumes: Volumes, end: str) -> dict[str, float]:
    """All coefficients at one end of their intervals together: an estimate's scale is common to all."""
    values = {name: getattr(figure.energy, end) for name, figure in life.figures.items()}
    return energies({**values, **asdict(volumes)})


def _derived(value: float, unit: str, low: float, high: float, weakest: str) -> dict[str, Any]:
    return asdict(Quantity(value, unit, Provenance.DERIVED, low, high, reason=f"weakest input: {weakest}"))


def _weakest(provenances: Sequence[str]) -> str:
    order = list(Provenance)
    known = [Provenance(one) for one in provenances if Provenance(one) is not Provenance.DERIVED]
    return max(known, key=order.index).value if known else Provenance.DERIVED.value


def _break_even(best: Life, other: Life, volumes: Volumes) -> dict[str, Any]:
    """Inferences a year from which the choice between two lives changes, or why it never does."""
    fixed = _fixed_difference(best, other, volumes)
    each = difference(best.figures["inference"], other.figures["inference"])
    told = {"variable": "inferences_per_year", "between": [best.pair.id, other.pair.id]}
    for name, gap in (("what comes before serving", fixed), ("an inference", each)):
        if gap.low <= 0 <= gap.high:
            reason = f"never: whether they differ in {name} is not known (the interval touches zero)"
            return {**told, "volume": asdict(Quantity.unknown("1/year", reason)), "changes_to": None}
    if (fixed.value > 0) == (each.value > 0):
        cheaper = best if each.value < 0 else other
        reason = f"never: {cheaper.pair.name} needs less in both, before serving and for each inference"
        return {**told, "volume": asdict(Quantity.unknown("1/year", reason)), "changes_to": None}
    sizes = sorted(abs(end) for end in (each.low, each.high))
    costs = sorted(abs(end) for end in (fixed.low, fixed.high))

    def volume(cost: float, size: float) -> float:
        values = {"fixed_difference": cost, "inference_difference": size, "years": volumes.years}
        return evaluate(FORMULAS["break_even"], values)

    found = volume(abs(fixed.value), abs(each.value))
    low, high = volume(costs[0], sizes[1]), volume(costs[1], sizes[0])
    above = best if each.value < 0 else other
    quantity = Quantity(found, "1/year", Provenance.DERIVED, min(low, found), max(high, found))
    return {**told, "volume": asdict(quantity), "changes_to": above.pair.id}


def _fixed_difference(best: Life, other: Life, volumes: Volumes) -> Estimate:
    """What one needs more than the other before the first inference, in J."""
    weights = {
        "set_up": 1.0,
        "development_run": volumes.development_runs,
        "training": volumes.years * volumes.trainings_per_year,
    }
    parts = [
        (difference(best.figures[name], other.figures[name]), weight) for name, weight in weights.items()
    ]
    ends = {
        end: sum(weight * getattr(part, end) for part, weight in parts) for end in ("value", "low", "high")
    }
    return Estimate(**ends)


def _curve(lives: Sequence[Life], volumes: Volumes) -> list[dict[str, Any]]:
    """Totals of every life at volumes around the one that was asked for, evenly on a logarithmic scale."""
    if all(life.pair.serving is None for life in lives):
        return []
    middle = volumes.inferences_per_year or 1e6
    found = []
    for index in range(_CURVE_POINTS):
        exponent = _CURVE_DECADES * (2 * index / (_CURVE_POINTS - 1) - 1)
        at = Volumes(**{**asdict(volumes), "inferences_per_year": middle * 10**exponent})
        totals = {life.pair.id: life.total(at) for life in lives}
        best = min(totals, key=lambda name: totals[name])
        found.append({"inferences_per_year": at.inferences_per_year, "best": best, "totals": totals})
    return found


def _intensity(decisions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The one carbon intensity that all runs share, else unknown with the reason."""
    found = [decision["carbon"]["intensity"] for decision in decisions]
    if len({quantity["value"] for quantity in found}) == 1:
        return dict(found[0])
    return asdict(Quantity.unknown("gCO2eq/kWh", "the runs have different intensities; see --region"))


def _left_out(decisions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": row["id"], "stage": decision["stage"], "reason": row["reason"] or "no energy is known"}
        for decision in decisions
        for row in decision["candidates"]
        if row["energy_per_unit"]["value"] is None
    ]


def _advice(document: Mapping[str, Any]) -> str:
    names = {row["id"]: row["name"] for row in document["candidates"]}
    best = names[document["selected"]]
    changing = [one for one in document["break_even"] if one["changes_to"]]
    if not changing:
        return f"{best} needs the least over the whole life; no other volume is known to change that."
    asked = document["variables"]["inferences_per_year"]
    nearest = min(changing, key=lambda one: abs(one["volume"]["value"] - asked))
    volume = nearest["volume"]["value"]
    rival = names[next(name for name in nearest["between"] if name != document["selected"])]
    side = "below" if volume < asked else "above"
    return (
        f"{best} needs the least over the whole life; {side} about {volume:.2g} inferences a year "
        f"{rival} would."
    )
