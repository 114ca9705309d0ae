from dataclasses import replace

import pytest

from framewatt.errors import BadInput
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.build import host_model
from framewatt.records import Host, Provenance, Usage


@pytest.fixture
def cloud() -> Host:
    return replace(
        inspect_host(),
        cpu_model="AMD EPYC",
        cpu_family=25,
        cpu_model_number=17,
        logical_cpus=4,
        physical_cores=2,
        sockets=1,
        memory_bytes=16 * 10**9,
        virtual=True,
    )


def test_an_estimate_names_itself_an_estimate(cloud: Host) -> None:
    meter = choose_meter("estimate", cloud)
    assert meter.description.provenance is Provenance.ESTIMATED


def test_joules_less_the_idle_share_are_the_dynamic_energy(cloud: Host) -> None:
    meter = choose_meter("estimate", cloud, reserved_cpus=1)
    idle = meter.idle_watts()
    assert idle is not None
    asleep = meter.stop(Usage(10, 0, 0)).joules["host"]
    assert asleep == pytest.approx(10 * idle["host"])
    assert meter.stop(Usage(10, 9, 1)).joules["host"] > asleep


def test_a_quarter_of_the_cpus_reserves_a_quarter_of_the_idle_power(cloud: Host) -> None:
    one, four = (choose_meter("estimate", cloud, reserved_cpus=count).idle_watts() for count in (1, 4))
    assert one is not None
    assert four is not None
    assert four["host"] == pytest.approx(4 * one["host"])


def test_a_machine_that_cannot_clock_as_high_as_its_cpu_is_estimated_lower_and_says_so(cloud: Host) -> None:
    bare = replace(cloud, virtual=False)
    full, slow = host_model(bare), host_model(bare, clock_share=0.6)
    assert slow.power(1).value < full.power(1).value
    assert slow.idle_watts() == full.idle_watts()
    assert "60% of the CPU's highest clock" in slow.basis
    assert host_model(bare, clock_share=0.99) == full


def test_processes_that_measure_a_slightly_different_clock_hold_one_model(cloud: Host) -> None:
    models = [host_model(cloud, clock_share=share) for share in (0.681, 0.7, 0.719)]
    assert models[0] == models[1] == models[2]
    assert host_model(cloud, clock_share=0.01).power(1).value > 0


def test_a_window_without_duration_is_no_measurement(cloud: Host) -> None:
    assert choose_meter("estimate", cloud).stop(Usage(0, 0, 0)).invalid


def test_an_unknown_meter_is_refused_with_the_known_ones(cloud: Host) -> None:
    with pytest.raises(BadInput, match="unknown meter"):
        choose_meter("crystal ball", cloud)
