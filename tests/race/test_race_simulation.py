"""The simulation judges races exactly as the race itself does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from framewatt.race import Entrant, Race, RaceRules
from framewatt.race.simulation.simulation import SimulatedField, simulate
from framewatt.records import Estimate, Observation

if TYPE_CHECKING:
    from numpy.typing import NDArray

RULES = RaceRules(seed=4, window_seconds=0.5, launch_seconds=2.0)


class Tape:
    """Records every window that the simulation drew, to play them to real races."""

    def __init__(self, field: SimulatedField) -> None:
        self.field = field
        self.rounds: list[NDArray[np.float64]] = []

    def __call__(self, rng: np.random.Generator, running: NDArray[np.bool_]) -> NDArray[np.float64]:
        table = self.field.windows(rng, running)
        self.rounds.append(table)
        return table


def _play(race: Race, tape: Tape, which: int) -> None:
    """Feed one race the windows of its simulated twin, round by round; trials of a round begin together."""
    launch, window = tape.field.each("launch_seconds"), tape.field.each("window_seconds")
    rounds, position = -1, 0
    seen: set[tuple[str, int]] = set()
    while (block := race.ask()) is not None:
        if any((slot.candidate, slot.trial) not in seen for slot in block.slots):
            rounds, position = rounds + 1, 0
        observations, launches, spent = [], {}, 0.0
        for slot in block.slots:
            index = int(slot.candidate)
            if (slot.candidate, slot.trial) not in seen:
                seen.add((slot.candidate, slot.trial))
                launches[slot.candidate] = float(launch[index])
            spent += float(window[index])
            cost = float(np.exp(tape.rounds[rounds][which, position, index]))
            observations.append(Observation(slot.candidate, slot.trial, block.number, cost, cost, cost, 1.0))
        position += 1
        race.tell(block, observations, spent + sum(launches.values()), launches)


@pytest.mark.parametrize("model_sd", [None, 0.11])
@pytest.mark.parametrize("costs", [[1.0, 1.04], [1.0, 1.08, 1.1, 1.5, 3.0]])
def test_every_simulated_race_ends_as_the_real_one(costs: list[float], model_sd: float | None) -> None:
    # All races of one simulation share their rounds, so they are compared one by one, each alone.
    width = np.exp(1.959963984540054 * (model_sd or 0))

    def model(first: Observation, second: Observation) -> Estimate:
        ratio = first.cost / second.cost
        return Estimate(ratio, ratio / width, ratio * width)

    for seed in range(8):
        field = SimulatedField(costs, model_sd=model_sd)
        rules = RaceRules(seed=seed, window_seconds=0.5)
        tape = Tape(field)
        outcome = simulate(field, rules, 1, draw=tape)
        entrants = [Entrant(str(index), str(index)) for index in range(len(costs))]
        race = Race(entrants, rules, None if model_sd is None else model)
        _play(race, tape, 0)
        standings = race.standings()
        assert standings.spent_seconds == pytest.approx(outcome.spent[0])
        assert {int(name) for name in standings.selected} == set(np.flatnonzero(outcome.selected[0]))
        assert (standings.decided_on == "cpu_seconds") == outcome.rests_on_cpu[0]
        assert standings.leader == str(outcome.leader[0])


def test_false_winners_and_coverage_keep_their_promise_in_a_small_simulation() -> None:
    outcome = simulate(SimulatedField([1.0, 1.02]), RULES, 1500)
    assert (outcome.winner >= 0).mean() < 0.045
    covered = (outcome.low[:, 1, 0] <= np.log(1.02)) & (outcome.high[:, 1, 0] >= np.log(1.02))
    assert covered.mean() > 0.94
