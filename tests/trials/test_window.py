"""The metered window: what is read belongs to the work alone, and a meter never stays open."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from framewatt.errors import BadInput, TrialFailed
from framewatt.metering.host.cpu_time import CpuTimes, nobody, reaped, timed
from framewatt.records import (
    HostState,
    MeterDescription,
    MeterReading,
    Phase,
    Provenance,
    Scope,
    Stage,
    Usage,
)
from framewatt.trials.idle import measure_idle
from framewatt.trials.window import Instrument, WindowKey, metered, noise

KEY = WindowKey(Stage.INFERENCE, "a", Phase.STEADY, trial=2, block=3, index=1)
BURN = [sys.executable, "-c", "sum(i & 7 for i in range(1_000_000))"]


class Watch:
    """Draws 10 W, and notes when it is started and stopped."""

    def __init__(self, invalid: str | None = None) -> None:
        self.description = MeterDescription(
            "watch", Scope.WALL, ("host",), Provenance.MEASURED, {"held_whole": ["gpu-0"]}
        )
        self.minimum_window_seconds = 0.01
        self.notes: list[str] = []
        self._invalid = invalid

    def start(self) -> None:
        self.notes.append("start")

    def stop(self, usage: Usage) -> MeterReading:
        self.notes.append("stop")
        return MeterReading({"host": 10 * usage.seconds}, invalid=self._invalid)

    def idle_watts(self) -> None:
        return None

    def close(self) -> None: ...


def test_the_work_lies_between_start_and_stop_and_its_answer_comes_back() -> None:
    meter = Watch()
    window, answer = metered(meter, nobody, lambda: meter.notes.append("work") or 42)  # type: ignore[func-returns-value] # a note
    assert meter.notes == ["start", "work", "stop"]
    assert answer == 42
    assert window.reading.joules == {"host": 10 * window.usage.seconds}


def test_a_window_is_closed_where_its_work_fails() -> None:
    meter = Watch()

    def fail() -> None:
        raise TrialFailed("crashed")

    with pytest.raises(TrialFailed, match="crashed"):
        metered(meter, nobody, fail)
    assert meter.notes == ["start", "stop"]


def test_cpu_seconds_are_those_that_the_clock_counted_meanwhile() -> None:
    readings = iter([CpuTimes(5.0, 1.0), CpuTimes(7.5, 1.25)])
    window, _ = metered(Watch(), lambda: next(readings), lambda: None)
    assert (window.usage.user_seconds, window.usage.system_seconds) == (2.5, 0.25)


def test_children_that_were_waited_for_count_and_what_they_did_before_does_not() -> None:
    subprocess.run(BURN, check=True)
    _, nothing = timed(reaped, lambda: None)
    _, own = timed(reaped, lambda: subprocess.run(BURN, check=True))
    assert nothing.cpu_seconds == 0.0
    assert own.cpu_seconds > 0.01


def test_a_measurement_carries_its_place_the_idle_power_and_what_is_held() -> None:
    measurement, _ = Instrument(Watch(), {"host": 3.0}).measure(KEY, nobody, lambda: None, reserved_share=0.5)
    assert (measurement.candidate, measurement.trial, measurement.block, measurement.window) == ("a", 2, 3, 1)
    assert measurement.idle_watts == {"host": 3.0}
    assert measurement.reserved_share == 0.5
    assert measurement.held_whole == ("gpu-0",)


def test_idle_power_is_what_a_window_without_work_draws() -> None:
    assert measure_idle(Watch(), 0.02) == {"host": pytest.approx(10.0)}
    with pytest.raises(BadInput, match="idle power could not be measured: no contact"):
        measure_idle(Watch(invalid="no contact"), 0.0)


def test_idle_power_is_metered_no_shorter_than_the_meter_needs() -> None:
    began = time.perf_counter()
    measure_idle(Watch(), 0.0)
    assert time.perf_counter() - began >= Watch().minimum_window_seconds


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (HostState(foreign_cpu_seconds=0.3), "other processes used 15% of a CPU"),
        (HostState(steal_seconds=0.1), "the hypervisor took 5% of a CPU away"),
        (HostState(foreign_cpu_seconds=0.1, steal_seconds=0.01), None),
        (HostState(), None),
    ],
)
def test_a_window_beside_foreign_load_or_under_steal_is_noisy(host: HostState, words: str | None) -> None:
    assert noise(host, 2.0) == words
