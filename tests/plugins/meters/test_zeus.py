"""The thin meter over a stand-in for Zeus: its known faults must not become energy."""

from types import SimpleNamespace
from typing import Any

import pytest

from framewatt.plugins.meters.zeus import ZeusMeter
from framewatt.records import Usage


def _reading(gpu_energy: dict[int, float], monkeypatch: pytest.MonkeyPatch) -> Any:
    result = SimpleNamespace(gpu_energy=gpu_energy, cpu_energy={0: 5000.0}, total_energy=1e9)
    monitor = SimpleNamespace(
        gpu_indices=list(gpu_energy), begin_window=lambda _name: None, end_window=lambda _name: result
    )
    meter = ZeusMeter(monitor)
    moments = iter((0.0, 10.0))
    monkeypatch.setattr("framewatt.plugins.meters.zeus.time.monotonic", lambda: next(moments))
    meter.start()
    return meter.stop(Usage(10, 0, 0))


def test_only_gpus_are_taken_from_zeus(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _reading({0: 120.0}, monkeypatch).joules == {"gpu-0": 120.0}


def test_a_negative_reading_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = _reading({0: -7.0, 1: 3.0}, monkeypatch)
    assert reading.joules == {"gpu-1": 3.0}
    assert "-7 J" in reading.faults["gpu-0"]
