"""Embodied emissions: an instance's server, a sum of parts, or a declaration, with both ends kept."""

from pathlib import Path
from typing import Any

import pytest

from framewatt.carbon.basis import basis_for, footprint
from framewatt.carbon.hardware import accelerator, hardware_from_table
from framewatt.carbon.intensity import declared
from framewatt.config import read_hardware_table
from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity, Scope


def test_an_instance_is_its_vcpus_over_those_of_its_server() -> None:
    found = hardware_from_table({"instance": "m5.large"})
    assert found.reserved_share.value == pytest.approx(2 / 96)
    assert found.total.value is not None
    assert found.total.value > 1000e3
    assert "Teads" in found.source


def test_a_server_is_the_sum_of_its_parts() -> None:
    parts = {"cpus": 2, "memory": "400 GB", "ssds": 2, "hdds": 1, "gpus": 1}
    found = hardware_from_table({"components": parts, "reserved_share": 1})
    kilograms = 1000 + 100 + 533 / 384 * (400 - 16) + 200 + 50 + 150
    assert found.total.value == pytest.approx(kilograms * 1000)


def test_published_figures_of_an_accelerator_keep_both_ends() -> None:
    value, low, high = accelerator("h100-sxm").ends()
    assert (low, high) == pytest.approx((164.0e3, 575.1e3))
    assert value == pytest.approx((low + high) / 2)
    server = hardware_from_table({"components": {"accelerators": ["H100-SXM", "H100-SXM"]}})
    assert server.total.ends()[1] == pytest.approx(1000e3 + 2 * 164.0e3)
    assert server.total.ends()[2] == pytest.approx(1000e3 + 2 * 575.1e3)


def test_a_lifespan_that_is_not_declared_is_three_to_four_years() -> None:
    found = hardware_from_table({"embodied": "1200 kg", "reserved_share": "1/8"})
    assert found.lifespan_hours.ends() == pytest.approx((4 * 8760, 3 * 8760, 4 * 8760))
    assert "not declared" in (found.lifespan_hours.reason or "")


def test_without_a_reserved_share_m_stays_open_with_the_reason() -> None:
    hardware = hardware_from_table({"embodied": "1200 kg", "lifespan": "4 years"})
    energy = Quantity(1.0, "J", Provenance.ESTIMATED, scope=Scope.WALL)
    found = footprint(energy, Quantity(1.0, "s", Provenance.MEASURED), basis_for(declared(50.0), hardware))
    assert found.embodied.value is None
    assert "reserved_share" in (found.score.reason or "")
    assert found.operational.value is not None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "exactly one of"),
        ({"instance": "m5.large", "embodied": "1 kg"}, "exactly one of"),
        ({"instanze": "m5.large"}, "'instanze' is not a key"),
        ({"instance": "m5.larg"}, "did you mean m5.large"),
        ({"embodied": "1200"}, "unit is missing"),
        ({"embodied": "1200 W"}, "another dimension"),
        ({"embodied": "1 kg", "lifespan": "-4 years"}, "not negative"),
        ({"embodied": "1 kg", "lifespan": "0 h"}, "must be above 0"),
        ({"components": {"cpus": -1}}, "expected a count"),
        ({"components": {"cpu": 1}}, "is not a key"),
        ({"components": {"accelerators": ["Z80"]}}, "unknown accelerator"),
        ({"components": {"accelerators": ["RTX-4090"]}}, "no embodied figure"),
    ],
)
def test_a_bad_hardware_table_is_refused_in_one_line(table: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        hardware_from_table(table)


@pytest.mark.parametrize("share", ["9/8", "0"])
def test_a_share_outside_the_machine_is_refused(share: str) -> None:
    with pytest.raises(BadInput, match="RS"):
        hardware_from_table({"embodied": "1 kg", "reserved_share": share})


def test_the_machine_is_described_in_framewatt_toml(tmp_path: Path) -> None:
    assert read_hardware_table(tmp_path) is None
    path = tmp_path / "framewatt.toml"
    path.write_text("[other]\nkey = 1\n")
    assert read_hardware_table(tmp_path) is None
    path.write_text("[hardware]\ninstance = 'm5.large'\n")
    table = read_hardware_table(tmp_path)
    assert table is not None
    assert hardware_from_table(table).reserved_share.value == pytest.approx(2 / 96)


@pytest.mark.parametrize(
    ("text", "message"), [("hardware = 3", "must be a table"), ("[hardware", "not a TOML")]
)
def test_a_bad_framewatt_toml_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "framewatt.toml").write_text(text)
    with pytest.raises(BadInput, match=message):
        read_hardware_table(tmp_path)
