"""The plan document (``framewatt/plan/1``): whole lifetimes added up, break-even volumes, and the curve."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.lifecycle.break_even import break_even
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.formulas import FORMULAS, STAGES
from framewatt.lifecycle.lifetimes import Lifetime, Volumes, lives_of
from framewatt.lifecycle.pairing import counts
from framewatt.records import Provenance, Quantity
from framewatt.records.units import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Document = Mapping[str, Any]

SCHEMA = "framewatt/plan/1"
_CURVE_POINTS = 25
_CURVE_DECADES = 3
"""The curve reaches so many decades to either side of the volume that was asked for."""


def build_plan(
    decisions: Sequence[Document], volumes: Volumes, exporting: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Add up the stages of every pair that the studies allow.

    Raises:
        BadInput: studies that do not add up, no pair, or a volume of a stage that nobody studied.
    """
    lifetimes = lives_of(decisions, volumes, exporting)
    ranked = sorted(lifetimes, key=lambda life: life.total(volumes))
    intensity = _intensity(decisions)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "runs": [
            {"run": d["run"], "stage": d["stage"], "workload": d["workload"]["name"]} for d in decisions
        ],
        "variables": asdict(volumes),
        "intensity": intensity,
        "network": _network(decisions),
        "formulas": FORMULAS,
        "candidates": [_candidate(life, volumes, intensity) for life in ranked],
        "selected": ranked[0].pair.id,
        "break_even": [break_even(ranked[0], other, volumes) for other in ranked[1:]],
        "curve": _curve(ranked, volumes),
        "left_out": _left_out(decisions),
    }
    document["advice"] = _advice(document)
    return document


def _candidate(life: Lifetime, volumes: Volumes, intensity: Mapping[str, Any]) -> dict[str, Any]:
    sources = _sources(life)

    def added(formula: str) -> dict[str, Any]:
        value, low, high = (life.at(formula, volumes, end) for end in ("value", "low", "high"))
        return Quantity.derived(value, "J", sources, low=low, high=high).to_json()

    return {
        "id": life.pair.id,
        "name": life.pair.name,
        "training": life.pair.training["id"] if life.pair.training else None,
        "serving": life.pair.serving["id"] if life.pair.serving else None,
        "coefficients": _coefficients(life),
        "stages": {name: added(name) for name in STAGES},
        "total": added("total"),
        "carbon": _carbon(life, volumes, intensity).to_json(),
    }


def _coefficients(life: Lifetime) -> dict[str, Any]:
    """Each with its provenance; what is not known of it is counted as nothing, and named."""
    return {
        name: Quantity(
            figure.energy.value,
            "J",
            Provenance(figure.provenance),
            figure.energy.low,
            figure.energy.high,
            reason=f"without {', '.join(figure.gaps)}" if figure.gaps else None,
        ).to_json()
        for name, figure in life.figures.items()
    }


def _carbon(life: Lifetime, volumes: Volumes, intensity: Mapping[str, Any]) -> Quantity:
    if intensity["value"] is None:
        return Quantity.unknown("gCO2eq", str(intensity["reason"]))

    def grams(end: str) -> float:
        grid = intensity[end] if intensity[end] is not None else intensity["value"]
        values = {name: getattr(figure.energy, end) for name, figure in life.figures.items()}
        return evaluate(FORMULAS["carbon"], {**values, **asdict(volumes), "intensity": grid})

    value, low, high = (grams(end) for end in ("value", "low", "high"))
    return Quantity.derived(value, "gCO2eq", _sources(life), low=low, high=high)


def _sources(life: Lifetime) -> list[Provenance]:
    """Where the coefficients come from; one that is only derived, such as a stage of nothing, adds none."""
    provenances = (Provenance(figure.provenance) for figure in life.figures.values())
    return [provenance for provenance in provenances if provenance is not Provenance.DERIVED]


def _curve(lifetimes: Sequence[Lifetime], volumes: Volumes) -> list[dict[str, Any]]:
    """Totals of every life at volumes around the one that was asked for, evenly on a logarithmic scale."""
    if all(life.pair.serving is None for life in lifetimes):
        return []
    middle = volumes.inferences_per_year or 1e6
    points = []
    for index in range(_CURVE_POINTS):
        exponent = _CURVE_DECADES * (2 * index / (_CURVE_POINTS - 1) - 1)
        at = replace(volumes, inferences_per_year=middle * 10**exponent)
        totals = {life.pair.id: life.total(at) for life in lifetimes}
        best = min(totals, key=lambda name: totals[name])
        points.append({"inferences_per_year": at.inferences_per_year, "best": best, "totals": totals})
    return points


def _intensity(decisions: Sequence[Document]) -> dict[str, Any]:
    """The one carbon intensity that all runs share, else unknown with the reason."""
    intensities = [decision["carbon"]["intensity"] for decision in decisions]
    if len({quantity["value"] for quantity in intensities}) == 1:
        return dict(intensities[0])
    return Quantity.unknown("gCO2eq/kWh", "the runs have different intensities; see --region").to_json()


def _network(decisions: Sequence[Document]) -> dict[str, Any]:
    """The one factor that all runs' downloads are counted with.

    Raises:
        BadInput: they were told different ones.
    """
    networks = [decision["network"] for decision in decisions]
    if any(network != networks[0] for network in networks):
        raise BadInput("the runs were told different energies of the network; state one: --network-energy")
    return dict(networks[0])


def _left_out(decisions: Sequence[Document]) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "stage": decision["stage"],
            "reason": row["reason"] or "no energy is known",
        }
        for decision in decisions
        for row in decision["candidates"]
        if not counts(row)
    ]


def _advice(document: Document) -> str:
    names = {row["id"]: row["name"] for row in document["candidates"]}
    best = names[document["selected"]]
    unsure = [
        names[row["between"][1]] for row in document["break_even"] if row["total_difference"]["low"] <= 0
    ]
    doubt = f"; whether {_join(unsure)} would need more is not known" if unsure else ""
    turns = list(_turns(document, names))
    if not turns:
        return f"{best} needs the least over the whole life{doubt}; no other volume is known to change that."
    return f"{best} needs the least over the whole life{doubt}; {', '.join(turns)}."


def _turns(document: Document, names: Mapping[str, str]) -> Iterator[str]:
    """The nearest volume below and above the one asked for at which another would be chosen.

    Totals are straight lines over the volume, so beyond the nearest crossing the best is another.
    """
    asked = document["variables"]["inferences_per_year"]
    known = [row for row in document["break_even"] if row["volume"]["value"] is not None]
    below = [row for row in known if row["changes_to"] == document["selected"]]
    above = [row for row in known if row["changes_to"] == row["between"][1]]
    nearest = (
        ("below", max(below, key=lambda row: row["volume"]["value"], default=None)),
        ("above", min(above, key=lambda row: row["volume"]["value"], default=None)),
    )
    for side, crossing in nearest:
        if crossing is not None and (crossing["volume"]["value"] < asked) == (side == "below"):
            volume, low, high = (format_count(crossing["volume"][end]) for end in ("value", "low", "high"))
            span = f"about {volume} ({low} to {high}) inferences a year"
            yield f"{side} {span} {names[crossing['between'][1]]} would"


def _join(names: Sequence[str]) -> str:
    if len(names) > 2:  # noqa: PLR2004 - more than a sentence bears
        return f"{names[0]} and {len(names) - 1} more"
    return " or ".join(names)
