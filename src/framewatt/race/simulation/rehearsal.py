"""Playing one race through its own ask and tell on a simulated machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from framewatt.records import Observation

if TYPE_CHECKING:
    from framewatt.race.race import Race
    from framewatt.race.simulation.simulation import SimulatedField


def rehearse(race: Race, field: SimulatedField, rng: np.random.Generator) -> None:
    """Run the race to its end; costs, launches and windows are the field's, in the order of the entrants.

    Windows of one trial are independent here; the shared drift walks from slot to slot.
    """
    launch, window = field.each("launch_seconds"), field.each("window_seconds")
    launch_sd, window_sd = field.each("launch_sd"), field.each("window_sd")
    logs = np.log(np.asarray(field.costs, float))
    index = {entrant.id: position for position, entrant in enumerate(race.state.entrants)}
    effects: dict[tuple[str, int], float] = {}
    drift = 0.0
    while (block := race.ask()) is not None:
        observations, launches, spent = [], {}, 0.0
        for slot in block.slots:
            at, trial = index[slot.candidate], (slot.candidate, slot.trial)
            if trial not in effects:
                effects[trial] = float(rng.normal(0, launch_sd[at]))
                launches[slot.candidate] = float(launch[at])
            drift += float(rng.normal(field.drift_per_window, field.walk_sd))
            noise = effects[trial] + drift + float(rng.normal(0, window_sd[at]))
            cost = float(np.exp(logs[at] + noise))
            spent += float(window[at])
            observations.append(Observation(slot.candidate, slot.trial, block.number, cost, cost, cost, 1.0))
        race.tell(block, observations, spent + sum(launches.values()), launches)
