"""Counters that jump, wrap and are reset; how much of a core reading them may take."""

import threading
import time
from itertools import pairwise

import pytest

from framewatt.metering.counters import Poller, WrappingCounter


def _read(*readings: tuple[float, float], range_joules: float = 262_143) -> WrappingCounter:
    counter = WrappingCounter(range_joules, most_watts=500)
    counter.open(*readings[0])
    for reading in readings[1:]:
        counter.advance(*reading)
    return counter


def test_a_counter_that_jumps_up_invents_no_joules() -> None:
    counter = _read((0, 100), (1, 200), (2, 200_100))
    assert counter.fault == "rose by 199900 J in 1 s: more than it can draw"
    assert counter.joules == 100


def test_a_wrap_between_the_last_poll_and_the_end_counts() -> None:
    counter = _read((0, 950), (0.3, 990), (0.301, 5), range_joules=1000)
    assert counter.fault is None
    assert counter.joules == pytest.approx(40 + 15)


def test_a_fall_that_no_power_explains_is_a_reset() -> None:
    counter = _read((0, 150_000), (1, 20_000))
    assert "a reset, not a wrap" in (counter.fault or "")


def test_costly_polls_are_rarer_and_take_no_more_of_a_core_than_they_may() -> None:
    polled: list[tuple[float, float]] = []
    enough = threading.Event()

    def poll() -> None:
        begun, end = time.monotonic(), time.thread_time() + 0.005
        while time.thread_time() < end:
            pass
        polled.append((begun, time.monotonic()))
        if len(polled) == 4:
            enough.set()

    poller = Poller(poll, 0.001, most_of_a_core=0.1)
    poller.start()
    assert enough.wait(60)
    poller.stop()
    between = [after[0] - before[1] for before, after in pairwise(polled)]
    assert min(between) >= 0.75 * 0.005 / 0.1
