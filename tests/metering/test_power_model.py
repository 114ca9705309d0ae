import json
from itertools import pairwise

import pytest

import framewatt
from framewatt.errors import BadInput
from framewatt.metering.power.model import PowerModel
from framewatt.metering.power.parameters import fitted
from framewatt.records import Estimate, Scope


@pytest.fixture
def server() -> PowerModel:
    return framewatt.power_model("Intel Xeon Platinum 8280", sockets=2, cores=56, threads=112, memory_gb=192)


def test_power_grows_with_load_and_lies_inside_its_interval(server: PowerModel) -> None:
    powers = [server.power(step / 20) for step in range(21)]
    assert all(a.value <= b.value for a, b in pairwise(powers))
    assert all(power.low < power.value < power.high for power in powers)


def test_energy_of_an_idle_second_is_the_idle_power(server: PowerModel) -> None:
    assert server.energy(1, 0).value == pytest.approx(server.power(0).value)


def test_energy_of_a_full_second_is_the_full_power(server: PowerModel) -> None:
    assert server.energy(1, 112).value == pytest.approx(server.power(1).value)


def test_reserving_half_of_the_machine_halves_its_idle_energy_only(server: PowerModel) -> None:
    whole, half = server.energy(10, 50), server.energy(10, 50, share=0.5)
    assert whole.value - half.value == pytest.approx(10 * server.idle_watts(0.5).value)


def test_reserved_less_idle_is_the_dynamic_energy(server: PowerModel) -> None:
    reserved = server.energy(10, 50, share=0.25).value
    assert reserved - 10 * server.idle_watts(0.25).value == pytest.approx(server.dynamic_energy(10, 50).value)


def _width(estimate: Estimate) -> float:
    return estimate.high / estimate.low


def test_a_ratio_on_one_machine_is_narrower_than_either_energy(server: PowerModel) -> None:
    ratio = server.ratio((10, 80), (8, 8))
    assert _width(ratio) < min(_width(server.energy(10, 80)), _width(server.energy(8, 8)))


def test_settings_of_one_framework_are_told_apart_more_sharply(server: PowerModel) -> None:
    runs = (10.0, 80.0), (9.0, 70.0)
    assert _width(server.ratio(*runs, same_framework=True)) < _width(server.ratio(*runs))


def test_the_parameters_of_a_model_rebuild_it_from_json(server: PowerModel) -> None:
    assert PowerModel.from_parameters(json.loads(json.dumps(server.parameters()))) == server


def test_the_less_is_known_of_a_cpu_the_wider_is_the_interval() -> None:
    known = framewatt.power_model("Intel Xeon Platinum 8280", sockets=2, cores=56)
    by_tdp = framewatt.power_model("Zhaoxin KH-40000", sockets=2, cores=56, tdp_w=205)
    unknown = framewatt.power_model("mystery", sockets=2, cores=56)
    assert _width(known.power(1)) < _width(by_tdp.power(1)) <= _width(unknown.power(1))


def test_a_package_draws_less_than_the_wall_behind_it() -> None:
    wall = framewatt.power_model("Intel Xeon Platinum 8280", sockets=2, cores=56, threads=112)
    package = framewatt.power_model(
        "Intel Xeon Platinum 8280", sockets=2, cores=56, threads=112, scope="package"
    )
    assert package.scope is Scope.PACKAGE
    assert package.power(1).value < wall.power(1).value


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"scope": "socket"}, "unknown scope"),
        ({"cores": 0}, "cores must be positive"),
        ({"tdp_w": -5}, "tdp_w must be positive"),
        ({"memory_gb": float("nan")}, "memory_gb must be positive"),
        ({"sockets": 4, "cores": 2}, "cannot fill 4 sockets"),
    ],
)
def test_an_impossible_machine_is_refused_in_a_line(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        framewatt.power_model("AMD EPYC 7742", **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("load", [-0.1, 1.5, float("nan")])
def test_a_load_outside_the_machine_is_refused(server: PowerModel, load: float) -> None:
    with pytest.raises(BadInput, match="load"):
        server.power(load)


def test_times_that_cannot_be_are_refused(server: PowerModel) -> None:
    with pytest.raises(BadInput, match="no run"):
        server.energy(-1, 2)


def test_the_shipped_parameters_survive_their_own_file() -> None:
    again = type(fitted()).from_json(fitted().to_json())
    assert again.to_json() == fitted().to_json()


def test_a_generation_without_published_machines_is_said_and_widened() -> None:
    apple = framewatt.power_model("Apple M2", cores=8)
    assert "none of this generation" in apple.basis
    assert _width(apple.power(1)) > _width(framewatt.power_model("AMD EPYC 7742", cores=64).power(1))
