"""From the joules a meter read to the joules a candidate answers for: reserved and marginal energy (pure).

*Reserved* energy is the idle share of what the work holds plus everything it adds; *marginal* energy is what
it adds alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from framewatt.records import Observation, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from framewatt.records import Measurement, MeterDescription


def reserved_by_domain(
    joules: Mapping[str, float],
    idle_watts: Mapping[str, float],
    seconds: float,
    share: float | Mapping[str, float],
) -> dict[str, float]:
    """What work that holds `share` of a machine answers for, from a whole machine's reading, by domain in J.

    ``(E - P_idle T) + share P_idle T``: all that was drawn above idle, and its share of the idle energy. The
    share may differ by domain (a domain without one is held whole). A domain of unknown idle power is left
    out: it cannot be split.
    """
    shares = share if isinstance(share, Mapping) else dict.fromkeys(joules, share)
    return {
        domain: energy - (1 - shares.get(domain, 1.0)) * idle_watts[domain] * seconds
        for domain, energy in joules.items()
        if domain in idle_watts
    }


def reserved_shares(meter: MeterDescription) -> dict[str, float]:
    """By domain, the part (0..1) of the idle energy in a meter's reading that the work it is open for holds.

    It is 1 where the reading is of the reserved share already (an estimate's), and where the work holds the
    whole of what is read, whatever CPUs it reserves (a GPU).
    """
    stated: Mapping[str, float] = meter.parameters.get("reserved_shares", {})
    share = 1.0 if "model" in meter.parameters else meter.parameters.get("reserved_share", 1.0)
    whole = meter.parameters.get("held_whole", ())
    return {domain: stated.get(domain, 1.0 if domain in whole else share) for domain in meter.domains}


def marginal_joules(measurement: Measurement) -> float:
    """What the work added to an idle machine, in J: the joules read less idle power times wall time."""
    return _total(measurement, dict.fromkeys(measurement.joules, 0.0))


def reserved_joules(measurement: Measurement) -> float:
    """Marginal energy plus the share of the window's idle energy that the work held, in J.

    A meter reads the whole machine's idle power; the work answers for the part that it keeps from others.
    """
    shares = dict.fromkeys(measurement.joules, measurement.reserved_share)
    return _total(measurement, shares | dict.fromkeys(measurement.held_whole, 1.0))


def _total(measurement: Measurement, shares: Mapping[str, float]) -> float:
    """Over all domains; one whose idle power is not known counts whole."""
    idle = {domain: measurement.idle_watts.get(domain, 0.0) for domain in measurement.joules}
    return sum(reserved_by_domain(measurement.joules, idle, measurement.usage.seconds, shares).values())


def observations(
    measurements: Iterable[Measurement], cost: Callable[[Measurement], float]
) -> list[Observation]:
    """Valid steady windows as the race sees them; of a repeated window the quiet attempt, else the last.

    `cost` gives a window's whole cost under the objective; it is divided by the window's units here.
    """
    kept: dict[tuple[str, int, int, int], Measurement] = {}
    for measurement in measurements:
        if measurement.phase is not Phase.STEADY or measurement.invalid or not measurement.units:
            continue
        key = (measurement.candidate, measurement.trial, measurement.block, measurement.window)
        if key not in kept or kept[key].noisy:
            kept[key] = measurement
    return [
        Observation(
            candidate=m.candidate,
            trial=m.trial,
            block=m.block,
            cost=cost(m) / m.units,
            cpu_seconds=m.usage.cpu_seconds / m.units,
            seconds=m.usage.seconds / m.units,
            units=m.units,
        )
        for m in kept.values()
    ]
