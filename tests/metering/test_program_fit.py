"""The bend for few busy threads and the programs' term: how they are fitted, and how they order programs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framewatt.metering.power import calibration, program_fit
from framewatt.metering.power.build import build, describe
from framewatt.metering.power.calibration import Program, Sample
from framewatt.metering.power.cpus import identify
from framewatt.metering.power.model import PowerModel
from framewatt.metering.power.parameters import fitted
from framewatt.records import Scope

DATA = Path(__file__).parents[2] / "benchmarks" / "data"


def _sampled(cpu: str, exponent: float) -> Sample:
    machine = describe(identify(cpu), cores=8, threads=16)
    loads = np.arange(17) / 16
    return Sample(cpu, machine.year, machine, loads, 20 + 60 * loads**exponent, kind="rapl")


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_the_share_that_bent_the_powers_is_found_again(share: float) -> None:
    machines = [
        _sampled(cpu, share * fitted().package_exponent(describe(identify(cpu))))
        for cpu in ("AMD EPYC 7742", "Intel Xeon E5-2680 v4", "Intel Xeon Gold 6430")
    ]
    bend = program_fit.fit_work(fitted(), machines).bend
    assert bend["share"] == pytest.approx(share, rel=0.03)
    assert bend["spread"] < 0.03


def _run(config: str, language: str, threads: float, watts: float, seconds: float = 10.0) -> Program:
    return Program(config, "work", language, seconds, threads * seconds, watts * seconds, 0.0)


def test_the_clock_s_exponent_is_found_again_from_runs_with_turbo_and_without() -> None:
    idle = build(program_fit.PROGRAM_MACHINE, Scope.PACKAGE, fitted()).levels[0]
    on = [_run(program_fit.TURBO, "one", 1, idle + 200), _run(program_fit.TURBO, "all", 128, idle + 450)]
    off = [
        _run(program_fit.NO_TURBO, "one", 1, idle + 200, 20.0),
        _run(program_fit.NO_TURBO, "all", 128, idle + 450 * 0.5**0.3, 20.0),
    ]
    assert program_fit.fit_work(fitted(), (), on + off).clock["exponent"] == pytest.approx(0.3, abs=0.001)


def _order(scope: Scope, config: str) -> tuple[list[bool], list[bool], list[bool]]:
    """Whether the value, time alone, and the interval where it decides, order each pair rightly."""
    model = build(program_fit.PROGRAM_MACHINE, scope, fitted())
    runs = [run for run in calibration.programs(DATA) if run.config == config]
    value, time_only, decided = [], [], []
    for a, b in program_fit.same_work(runs):
        truth = a.joules / b.joules
        if abs(truth - 1) > 0.05:
            ratio = model.ratio((a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds))
            value.append((ratio.value > 1) == (truth > 1))
            time_only.append((a.seconds > b.seconds) == (truth > 1))
            if not ratio.low <= 1 <= ratio.high:
                decided.append(value[-1])
    return value, time_only, decided


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("config", [program_fit.TURBO, program_fit.NO_TURBO])
def test_the_shipped_model_orders_programs_no_worse_than_time_and_rightly_where_it_decides(
    scope: Scope, config: str
) -> None:
    value, time_only, decided = _order(scope, config)
    assert sum(value) >= sum(time_only)
    assert np.mean(decided) >= 0.99
    assert len(decided) >= 0.7 * len(value)


@pytest.fixture
def server() -> PowerModel:
    return build(program_fit.PROGRAM_MACHINE, Scope.WALL, fitted())


def test_few_busy_threads_draw_more_than_the_same_cpu_seconds_spread_over_all(server: PowerModel) -> None:
    for busy in (1, 8, 64):
        assert server.energy(1, busy).value > server.power(busy / 128).value


def test_below_one_busy_thread_dynamic_energy_is_in_proportion(server: PowerModel) -> None:
    assert server.dynamic_energy(10, 2).value == pytest.approx(0.2 * server.dynamic_energy(10, 10).value)


def test_without_turbo_one_busy_thread_draws_what_it_drew_and_all_of_them_less(server: PowerModel) -> None:
    slow = server.at_clock(0.6, 0.2, 0.2)
    assert slow.dynamic_energy(1, 1).value == pytest.approx(server.dynamic_energy(1, 1).value)
    assert slow.dynamic_energy(1, 128).value == pytest.approx(0.6**0.2 * server.dynamic_energy(1, 128).value)
    assert slow.idle_watts() == server.idle_watts()


def test_an_adjustment_to_the_clock_widens_the_interval(server: PowerModel) -> None:
    full, slow = server.energy(1, 128), server.at_clock(0.6, 0.2, 0.2).energy(1, 128)
    assert slow.high / slow.low > full.high / full.low


def test_the_doubt_of_the_clock_is_of_the_lowered_power_above_idle(server: PowerModel) -> None:
    slow = server.at_clock(0.6, 0.2, 0.3)
    moved = [doubt * level for doubt, level in zip(slow.factors[-1], slow.levels, strict=True)]
    above_idle = np.array(slow.levels) - slow.levels[0]
    assert moved == pytest.approx(0.3 * abs(np.log(0.6)) * above_idle)


def test_a_slice_follows_the_evenly_loaded_machine(server: PowerModel) -> None:
    half = server.scaled(0.5, 64)
    assert half.energy(1, 32) == half.power(0.5)


def test_few_busy_threads_are_as_uncertain_as_the_idle_and_full_power_they_lie_between() -> None:
    only_full = PowerModel(
        "test",
        Scope.WALL,
        threads=4,
        levels=tuple(100.0 + 10 * step for step in range(11)),
        factors=((0.0,) * 10 + (0.3,),),
        program_spread=0.0,
        settings_spread=0.0,
        run_spread=0.0,
        basis="test",
        exponent=0.5,
    )
    # One of four threads draws half of the way to 200 W: its 150 W move by half of the full power's 60 W.
    one = only_full.energy(1, 1)
    assert one.value == pytest.approx(150)
    assert np.log(one.high / one.value) == pytest.approx(1.959963984540054 * 30 / 150)


def test_what_the_levels_own_program_drew_widens_an_energy_and_cancels_in_a_ratio(server: PowerModel) -> None:
    without = replace(server, curve_spread=0.0)
    runs = (10.0, 300.0), (12.0, 360.0)
    assert server.energy(*runs[0]).high > without.energy(*runs[0]).high
    assert server.ratio(*runs).high == pytest.approx(without.ratio(*runs).high)


def test_a_model_that_an_older_version_stored_still_opens(server: PowerModel) -> None:
    stored = {**server.parameters(), "wake_exponent": 0.05}
    del stored["exponent"], stored["exponent_spread"], stored["curve_spread"]
    older = replace(server, exponent=None, exponent_spread=0.0, curve_spread=0.0)
    assert PowerModel.from_parameters(stored) == older
