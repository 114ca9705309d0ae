"""A meter that reads nothing: it turns what the work consumed into joules with the power model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import MeterDescription, MeterReading, Provenance

if TYPE_CHECKING:
    from framewatt.metering.power.model import PowerModel
    from framewatt.records import Usage


class EstimateMeter:
    """Turns the seconds and CPU seconds of a window into joules; it reads nothing itself."""

    minimum_window_seconds = 0.0

    def __init__(self, name: str, domain: str, model: PowerModel, reserved_cpus: int | None) -> None:
        self._domain = domain
        self.model = model
        self.reserved_share = min(1.0, (reserved_cpus or model.threads) / model.threads)
        self.description = MeterDescription(
            name=name,
            scope=model.scope,
            domains=(domain,),
            provenance=Provenance.ESTIMATED,
            parameters={"model": model.parameters(), "reserved_share": self.reserved_share},
        )

    def start(self) -> None:
        """Open a window: nothing to read."""

    def stop(self, usage: Usage) -> MeterReading:
        """The reserved energy of what `usage` says was consumed."""
        if usage.seconds <= 0:
            return MeterReading(invalid="the window has no duration")
        energy = self.model.energy(usage.seconds, usage.cpu_seconds, self.reserved_share)
        return MeterReading(joules={self._domain: energy.value})

    def idle_watts(self) -> dict[str, float]:
        """Idle power of the reserved share, in W."""
        return {self._domain: self.model.idle_watts(self.reserved_share).value}

    def close(self) -> None:
        """Nothing is held."""
