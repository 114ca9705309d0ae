"""From a run's records back to the race as it stood: pure, so that a report never measures again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import carbon_cost
from framewatt.carbon.objective import carbon_rates
from framewatt.metering.accounting import observations, reserved_joules
from framewatt.metering.power.model import PowerModel
from framewatt.metering.power.platform import platform_remainder
from framewatt.race import Entrant, Race, RaceRules
from framewatt.records import Estimate, Objective, Observation, Scope
from framewatt.runs.request import SelectRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.records import Measurement
    from framewatt.runs.folder import RunFolder

    RatioUncertainty = Callable[[Observation, Observation], Estimate]


@dataclass(frozen=True, slots=True)
class Replay:
    """A race with everything told that was stored; `measurements` are all of the run's windows."""

    race: Race
    measurements: list[Measurement]


def cost_of(manifest: Mapping[str, Any], basis: CarbonBasis) -> Callable[[Measurement], float]:
    """A window's whole cost under the study's objective: reserved joules, or gCO2eq."""

    def joules(measurement: Measurement) -> float:
        return reserved_joules(measurement)

    if manifest["request"]["objective"] != Objective.CARBON:
        return joules
    wall = _wall_factor(manifest).value
    return lambda measurement: carbon_cost(wall * joules(measurement), measurement.usage.seconds, basis)


def race_of(manifest: Mapping[str, Any], admission: Mapping[str, Any], basis: CarbonBasis) -> Race:
    """The race before its first block.

    `admission` says who was admitted (``candidates``), how many ``seconds`` launching them has used of the
    budget, and how many workers fit in memory together (``cohort``, None: all).
    """
    admitted = admission["candidates"]
    request = SelectRequest.from_json(manifest["request"])
    known = {entry["id"]: entry for entry in manifest["candidates"]}
    families = {known[name]["framework"] for name in admitted}
    searched = [
        e["id"] for e in manifest["candidates"] if not e["equal_budget"] and e["framework"] in families
    ]
    entrants = [
        Entrant(name, known[name]["framework"], known[name]["settings"], known[name]["equal_budget"])
        for name in [*admitted, *searched]
    ]
    rules = RaceRules(
        seed=request.seed,
        window_seconds=manifest["window_seconds"],
        margin=request.margin,
        budget_seconds=max(request.budget - admission["seconds"], 1.0),
        cohort_size=admission.get("cohort"),
        objective_decides_on=request.objective,
    )
    uncertainty = _energy_uncertainty(manifest)
    if request.objective == Objective.CARBON:
        return Race(entrants, rules, _carbon_uncertainty(manifest, basis, uncertainty))
    return Race(entrants, rules, uncertainty)


def replay(run: RunFolder, basis: CarbonBasis) -> Replay | None:
    """The race after all that was stored, or None while there is none: nobody was admitted (yet)."""
    admission = next(run.records("admitted"), None)
    if admission is None or not admission["candidates"]:
        return None
    measurements = run.measurements()
    race = race_of(run.manifest, admission, basis)
    seen = observations(measurements, cost_of(run.manifest, basis))
    for event in run.records("race"):
        if event["event"] == "drop":
            race.drop(event["candidate"], event["reason"])
            continue
        block = race.ask()
        if block is None:
            break
        told = [observation for observation in seen if observation.block == block.number]
        race.tell(block, told, event["seconds"], event["launch_seconds"])
    return Replay(race, measurements)


def _carbon_uncertainty(
    manifest: Mapping[str, Any], basis: CarbonBasis, energy_ratio: RatioUncertainty | None
) -> RatioUncertainty:
    """How uncertain a ratio of carbon is: the ends of I, M and, for an estimate, of the energies."""
    rates, wall = carbon_rates(basis), _wall_factor(manifest)
    model = PowerModel.of_meter(manifest["meter"]["parameters"])

    def ratio(a: Observation, b: Observation) -> Estimate:
        first, second = ((rates.joules(o.cost, o.seconds), o.seconds) for o in (a, b))
        if energy_ratio is None or model is None:
            return rates.ratio(first, second, energy=wall)
        energy = model.energy(b.seconds, b.cpu_seconds, reserved_share(manifest, b.candidate))
        scale = Estimate(*(getattr(energy, end) * getattr(wall, end) for end in ("value", "low", "high")))
        return rates.ratio(first, second, energy_ratio(a, b), scale)

    return ratio


def _wall_factor(manifest: Mapping[str, Any]) -> Estimate:
    """Joules at the wall over joules that the meter reads: 1, or with what a package counter does not see."""
    if manifest["meter"]["scope"] == Scope.WALL:
        return Estimate(1.0, 1.0, 1.0)
    value, low, high = platform_remainder(1.0).ends()
    return Estimate(1 + value, 1 + low, 1 + high)


def _energy_uncertainty(manifest: Mapping[str, Any]) -> RatioUncertainty | None:
    """How uncertain a ratio of energies is beyond its noise: an estimate's own doubt; none for counters."""
    model = PowerModel.of_meter(manifest["meter"]["parameters"])
    if model is None:
        return None
    family = {entry["id"]: entry["framework"] for entry in manifest["candidates"]}

    def ratio(a: Observation, b: Observation) -> Estimate:
        same = family[a.candidate] == family[b.candidate]
        runs = (a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds)
        shares = reserved_share(manifest, a.candidate), reserved_share(manifest, b.candidate)
        return model.ratio(*runs, same_framework=same, share=shares[0], other_share=shares[1])

    return ratio


def reserved_share(manifest: Mapping[str, Any], candidate: str) -> float:
    """The part of the machine (0..1) that a candidate holds: its threads over the machine's."""
    settings = next(entry["settings"] for entry in manifest["candidates"] if entry["id"] == candidate)
    return min(1.0, int(settings.get("threads", 1)) / int(manifest["host"]["logical_cpus"]))
