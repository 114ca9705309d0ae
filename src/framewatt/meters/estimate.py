"""Energy estimated from CPU seconds and the share of an idle machine that the work reserves.

For machines without counters, most cloud machines among them. Its domain is ``host``; its joules are
*reserved* energy: the idle power of the CPUs that the work holds, and the dynamic power of the CPU
seconds it used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.power.build import host_model
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from framewatt.power.model import PowerModel
    from framewatt.records import Host, Usage

TITLE = "power model estimate"
RANK = 0
COVERS = ("cpu", "dram")
SCOPE = Scope.WALL


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - every host can be estimated
    """Never: an unknown machine only widens the interval."""
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> EstimateMeter:
    """The estimate for `reserved_cpus` of this host's CPUs (all of them by default)."""
    model = host_model(host)
    reserved = min(reserved_cpus or model.threads, model.threads)
    return EstimateMeter(model, reserved / model.threads)


class EstimateMeter:
    """Turns the seconds and CPU seconds of a window into joules; it reads nothing itself."""

    minimum_window_seconds = 0.0

    def __init__(self, model: PowerModel, reserved_share: float) -> None:
        self.model = model
        self.reserved_share = reserved_share
        self.description = MeterDescription(
            name="estimate",
            scope=model.scope,
            domains=("host",),
            provenance=Provenance.ESTIMATED,
            parameters={"model": model.parameters(), "reserved_share": reserved_share},
        )

    def start(self) -> None:
        """Open a window: nothing to read."""

    def stop(self, usage: Usage) -> MeterReading:
        """The reserved energy of what `usage` says was consumed."""
        if usage.seconds <= 0:
            return MeterReading(invalid="the window has no duration")
        energy = self.model.energy(usage.seconds, usage.cpu_seconds, self.reserved_share)
        return MeterReading(joules={"host": energy.value})

    def idle_watts(self) -> dict[str, float]:
        """Idle power of the reserved share, in W."""
        return {"host": self.model.idle_watts(self.reserved_share).value}

    def close(self) -> None:
        """Nothing is held."""
