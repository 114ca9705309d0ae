"""The thin meter over a stand-in for Zeus' systems on chip; field names and mJ as in zeus 0.16."""

from types import SimpleNamespace

import pytest

from framewatt.metering.accounting import reserved_shares
from framewatt.metering.host.inspection import inspect_host
from framewatt.plugins.meters import zeus_soc
from framewatt.records import MeterReading, Usage

APPLE: dict[str, object] = {
    "cpu_total_mj": 30_000,
    "efficiency_cluster_mj": [10_000],
    "gpu_mj": 5_000,
    "dram_mj": 1_000,
}
JETSON: dict[str, object] = {"cpu_energy_mj": 4_000.0, "gpu_energy_mj": 3_000.0, "total_energy_mj": 9_000.0}


def _meter(fields: dict[str, object], reserved_share: float = 1.0) -> zeus_soc.ZeusSocMeter:
    chip = SimpleNamespace(
        get_available_metrics=lambda: {name for name, value in fields.items() if value is not None},
        begin_window=lambda _name, *, restart: None,  # noqa: ARG005 - Zeus' own signature
        end_window=lambda _name: SimpleNamespace(**fields),
    )
    return zeus_soc.ZeusSocMeter(chip, reserved_share)


def _reading(fields: dict[str, object], monkeypatch: pytest.MonkeyPatch, seconds: float = 10) -> MeterReading:
    meter = _meter(fields)
    moments = iter((0.0, seconds))
    monkeypatch.setattr("framewatt.plugins.meters.zeus_soc.time.monotonic", lambda: next(moments))
    meter.start()
    return meter.stop(Usage(seconds, 0, 0))


def test_parts_of_an_apple_chip_count_once_and_clusters_inside_the_cpu_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _reading(APPLE, monkeypatch).joules == {"soc-cpu": 30.0, "soc-gpu": 5.0, "soc-dram": 1.0}


def test_half_of_the_cpus_reserve_half_of_the_chip_s_idle_and_all_of_its_gpu_s() -> None:
    shares = reserved_shares(_meter(APPLE, reserved_share=0.5).description)
    assert shares == {"soc-cpu": 0.5, "soc-dram": 0.5, "soc-gpu": 1.0}


def test_a_jetsons_total_already_holds_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _reading(JETSON, monkeypatch).joules == {"soc": 9.0}


def test_a_negative_reading_makes_the_window_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "-7 mJ" in str(_reading(APPLE | {"dram_mj": -7}, monkeypatch).invalid)


def test_a_window_that_zeus_cannot_resolve_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "shorter than 5 s" in str(_reading(APPLE, monkeypatch, seconds=1).invalid)


def test_where_there_is_no_such_chip_the_reason_is_given() -> None:
    found = zeus_soc.unavailable(inspect_host())
    assert found is None or "zeus" in found[0].lower()
