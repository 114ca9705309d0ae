"""The metered window: the one place where a meter is started and stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from framewatt.metering.host.inspection import host_state, host_times
from framewatt.records import HostState, Measurement, MeterReading, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.contracts import Meter
    from framewatt.metering.host.cpu_time import CpuTimes
    from framewatt.records import Phase, Stage

_FOREIGN_LIMIT = 0.10
"""A window during which others burned more than this share of one CPU is noisy."""
_STEAL_LIMIT = 0.02
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Window:
    """One metered interval as it was read; `started` is in seconds since the epoch."""

    started: float
    usage: Usage
    reading: MeterReading
    host: HostState


@dataclass(frozen=True, slots=True)
class WindowKey:
    """Which window of a study it is."""

    stage: Stage
    candidate: str
    phase: Phase
    trial: int
    block: int
    index: int


def metered(
    meter: Meter, clock: Callable[[], CpuTimes], work: Callable[[], _Answer]
) -> tuple[Window, _Answer]:
    """Do `work` inside one window of `meter`; `clock` tells the CPU seconds so far of who does it.

    The window is closed even where the work fails, so that no poller reads on.
    """
    started, host_before, cpu_before = time.time(), host_times(), clock()
    meter.start()
    began = time.perf_counter()
    try:
        answer = work()
    except BaseException:
        meter.stop(Usage(time.perf_counter() - began, 0.0, 0.0))
        raise
    seconds = time.perf_counter() - began
    usage = clock().since(cpu_before, seconds)
    reading = meter.stop(usage)
    return Window(started, usage, reading, host_state(host_before, host_times(), usage.cpu_seconds)), answer


@dataclass(frozen=True, slots=True)
class Instrument:
    """A meter, and what each of its domains draws in W when nothing runs."""

    meter: Meter
    idle_watts: Mapping[str, float] = field(default_factory=dict)

    def measure(
        self,
        key: WindowKey,
        clock: Callable[[], CpuTimes],
        work: Callable[[], _Answer],
        reserved_share: float = 1.0,
    ) -> tuple[Measurement, _Answer]:
        """A window as a study keeps it, and what the work answered; units are for whoever counts them."""
        window, answer = metered(self.meter, clock, work)
        measurement = Measurement(
            stage=key.stage,
            candidate=key.candidate,
            phase=key.phase,
            trial=key.trial,
            block=key.block,
            window=key.index,
            started=window.started,
            units=0.0,
            usage=window.usage,
            joules=window.reading.joules,
            idle_watts=dict(self.idle_watts),
            host=window.host,
            faults=window.reading.faults,
            noisy=noise(window.host, window.usage.seconds),
            reserved_share=reserved_share,
            held_whole=tuple(self.meter.description.parameters.get("held_whole", ())),
            invalid=window.reading.invalid,
        )
        return measurement, answer


def noise(host: HostState, seconds: float) -> str | None:
    """Why a window is noisy, or None: others worked beside it, or the hypervisor took its CPU away."""
    foreign = (host.foreign_cpu_seconds or 0.0) / seconds
    if foreign > _FOREIGN_LIMIT:
        return f"other processes used {foreign:.0%} of a CPU"
    steal = (host.steal_seconds or 0.0) / seconds
    if steal > _STEAL_LIMIT:
        return f"the hypervisor took {steal:.0%} of a CPU away"
    return None
