"""From a run's records back to the race as it stood: pure, so that a report never measures again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.carbon.basis import carbon_cost
from framewatt.carbon.objective import carbon_rates
from framewatt.metering.accounting import observations, reserved_joules
from framewatt.metering.power.model import PowerModel
from framewatt.metering.power.platform import platform_remainder
from framewatt.race import Entrant, Race, RaceRules
from framewatt.records import Estimate, Objective, Observation, Scope
from framewatt.runs.commands import command_race, net_observations, no_more_than_null
from framewatt.runs.records import Admitted, BlockTold, CandidateDropped, RaceEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.race import RatioUncertainty
    from framewatt.records import Block, Measurement
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.manifest import Manifest


@dataclass(slots=True)
class Replay:
    """A race with everything told that was stored; `measurements` are all of the run's windows.

    `observe` turns windows into what the race is told; `hindrance` tells from that why the race cannot go on
    although it is not over, which `stopped` then holds.
    """

    race: Race
    measurements: list[Measurement]
    observe: Callable[[Sequence[Measurement]], list[Observation]]
    hindrance: Callable[[Sequence[Observation]], str | None] = lambda _: None
    stopped: str | None = None

    def ask(self) -> Block | None:
        """The block that the race wants next; None when it is over, or cannot go on."""
        return None if self.stopped else self.race.ask()

    def tell(self, block: Block, windows: Sequence[Measurement], event: BlockTold) -> None:
        """Tell the race of a block that is over, and of all its `windows`."""
        observed = self.observe(windows)
        self.stopped = self.hindrance(observed)
        if not self.stopped:
            self.race.tell(block, observed, event.seconds, event.launch_seconds, event.earlier_launches)


def cost_of(manifest: Manifest, basis: CarbonBasis) -> Callable[[Measurement], float]:
    """A window's whole cost under the study's objective: reserved joules, or gCO2eq."""
    if manifest.request.race.objective != Objective.CARBON:
        return reserved_joules
    wall = _wall_factor(manifest).value
    return lambda window: carbon_cost(wall * reserved_joules(window), window.usage.seconds, basis)


def race_of(manifest: Manifest, admission: Admitted, basis: CarbonBasis) -> Race:
    """The race of those that were admitted, before its first block."""
    admitted = admission.candidates
    request = manifest.request
    known = {line.id: line for line in manifest.candidates}
    families = {known[name].contestant for name in admitted}
    searched = [line for line in manifest.candidates if not line.at_once and line.contestant in families]
    entrants = [
        Entrant(
            line.id,
            line.contestant,
            line.settings,
            line.equal_budget,
            begins=line.at_once,
            as_shipped=line.as_shipped,
            reference=line.id in admission.references,
            launch_seconds=admission.launches.get(line.id),
        )
        for line in [*(known[name] for name in admitted), *searched]
    ]
    rules = RaceRules(
        seed=request.race.seed,
        window_seconds=manifest.window_seconds,
        margin=request.race.margin,
        max_regret=request.race.max_regret,
        budget_seconds=max(request.race.budget - admission.seconds, 1.0),
        cohort_size=admission.cohort,
        objective_decides_on=request.race.objective,
    )
    uncertainty = _energy_uncertainty(manifest)
    if request.race.objective == Objective.CARBON:
        return Race(entrants, rules, _carbon_uncertainty(manifest, basis, uncertainty))
    return Race(entrants, rules, uncertainty)


def replay(run: RunFolder, basis: CarbonBasis) -> Replay | None:
    """The race after all that was stored, or None while there is none: nobody was admitted (yet)."""
    admission = next(run.records(Admitted), None)
    if admission is None or not admission.candidates:
        return None
    stored = _opening(run, admission, basis)
    for event in run.records(RaceEvent):
        if isinstance(event, CandidateDropped):
            stored.race.drop(event.candidate, event.reason)
        elif isinstance(event, BlockTold):
            block = stored.ask()
            if block is None:
                break
            stored.tell(block, [m for m in stored.measurements if m.block == block.number], event)
    return stored


def _opening(run: RunFolder, admission: Admitted, basis: CarbonBasis) -> Replay:
    """Before the first block."""
    manifest, measurements = run.manifest, run.measurements()
    if manifest.question is not None:
        race = command_race(manifest, manifest.question)
        return Replay(race, measurements, net_observations, no_more_than_null)
    race, cost = race_of(manifest, admission, basis), cost_of(manifest, basis)
    return Replay(race, measurements, lambda windows: observations(windows, cost))


def _carbon_uncertainty(
    manifest: Manifest, basis: CarbonBasis, energy_ratio: RatioUncertainty | None
) -> RatioUncertainty:
    """How uncertain a ratio of carbon is: the ends of I, M and, for an estimate, of the energies."""
    rates, wall = carbon_rates(basis), _wall_factor(manifest)
    model = PowerModel.of_meter(manifest.meter.parameters)

    def ratio(a: Observation, b: Observation) -> Estimate:
        first, second = ((rates.joules(o.cost, o.seconds), o.seconds) for o in (a, b))
        if energy_ratio is None or model is None:
            return rates.ratio(first, second, energy=wall)
        energy = model.energy(b.seconds, b.cpu_seconds, reserved_share(manifest, b.candidate))
        scale = Estimate(*(getattr(energy, end) * getattr(wall, end) for end in ("value", "low", "high")))
        return rates.ratio(first, second, energy_ratio(a, b), scale)

    return ratio


def _wall_factor(manifest: Manifest) -> Estimate:
    """Joules at the wall over joules that the meter reads: 1, or with what a package counter does not see."""
    if manifest.meter.scope == Scope.WALL:
        return Estimate(1.0, 1.0, 1.0)
    value, low, high = platform_remainder(1.0).ends()
    return Estimate(1 + value, 1 + low, 1 + high)


def _energy_uncertainty(manifest: Manifest) -> RatioUncertainty | None:
    """How uncertain a ratio of energies is beyond its noise: an estimate's own doubt; none for counters."""
    model = PowerModel.of_meter(manifest.meter.parameters)
    if model is None:
        return None
    family = {line.id: line.framework for line in manifest.candidates}

    def ratio(a: Observation, b: Observation) -> Estimate:
        same = family[a.candidate] == family[b.candidate]
        runs = (a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds)
        shares = reserved_share(manifest, a.candidate), reserved_share(manifest, b.candidate)
        return model.ratio(*runs, same_framework=same, share=shares[0], other_share=shares[1])

    return ratio


def reserved_share(manifest: Manifest, candidate: str) -> float:
    """The part of the machine (0..1) that a candidate holds: all of it as shipped, else its threads."""
    line = manifest.candidate(candidate)
    threads = manifest.host.logical_cpus if line.as_shipped else int(line.settings.get("threads", 1))
    return min(1.0, threads / manifest.host.logical_cpus)
