"""Running one command under a meter: energy, CPU time and peak memory of it and its children."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.metering.accounting import reserved_by_domain, reserved_shares
from framewatt.metering.host.cpu_time import reaped
from framewatt.metering.memory import PeakMemory
from framewatt.metering.power.model import PowerModel
from framewatt.records import MeterDescription, MeterReading, Provenance, Quantity, Usage
from framewatt.trials.window import metered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.contracts import Meter

_SIGNALLED = 128


@dataclass(frozen=True, slots=True)
class MeteredCommand:
    """What one command used. `idle_watts` is by domain, None where nobody measured it."""

    command: tuple[str, ...]
    exit_code: int
    usage: Usage
    peak_memory_bytes: int | None
    reading: MeterReading
    meter: MeterDescription
    idle_watts: dict[str, float] | None

    def energy(self) -> Quantity:
        """Energy in J: of what the command reserved if that can be told, else of the whole machine."""
        if self.reading.invalid:
            return Quantity.unknown("J", self.reading.invalid, scope=self.meter.scope)
        return self._reserved(sum(self._joules().values()), idle=False)

    def marginal_energy(self) -> Quantity:
        """Energy in J above idle."""
        if self.reading.invalid:
            return Quantity.unknown("J", self.reading.invalid, scope=self.meter.scope)
        if self.idle_watts is None:
            reason = "idle power is unknown: measure it with --idle SECONDS while nothing else runs"
            return Quantity.unknown("J", reason, scope=self.meter.scope)
        above = reserved_by_domain(self.reading.joules, self.idle_watts, self.usage.seconds, 0.0)
        return self._reserved(sum(above.values()), idle=True)

    def notes(self) -> list[str]:
        """What the figures leave out: domains that were read but whose idle power could not be measured."""
        if self.idle_watts is None or self.reading.invalid:
            return []
        dropped = [domain for domain in self.reading.joules if domain not in self.idle_watts]
        return [
            f"{domain}: its idle power could not be measured, so its joules are in neither energy"
            for domain in dropped
        ]

    def _joules(self) -> dict[str, float]:
        if self.idle_watts is None or self._estimated_share() is not None:
            return self.reading.joules
        shares = reserved_shares(self.meter)
        return reserved_by_domain(self.reading.joules, self.idle_watts, self.usage.seconds, shares)

    def _reserved(self, joules: float, *, idle: bool) -> Quantity:
        """With the model's interval where the figure is the model's."""
        share = self._estimated_share()
        if share is None:
            return Quantity(joules, "J", self.meter.provenance, scope=self.meter.scope)
        model = PowerModel.from_parameters(self.meter.parameters["model"])
        share = 0.0 if idle else share
        estimate = model.energy(self.usage.seconds, self.usage.cpu_seconds, share)
        return Quantity.of_estimate(
            estimate,
            "J",
            Provenance.ESTIMATED,
            scope=self.meter.scope,
            reason=model.basis,
        )

    def _estimated_share(self) -> float | None:
        if "model" not in self.meter.parameters:
            return None
        share: float = self.meter.parameters["reserved_share"]
        return share


def measure_command(
    command: Sequence[str],
    meter: Meter,
    *,
    idle_watts: dict[str, float] | None = None,
    stdout: int | None = None,
) -> MeteredCommand:
    """Run `command` to its end inside one window of `meter`.

    `idle_watts` are measured ones, for a meter that does not know them itself; `stdout` is a descriptor for
    the command's output. CPU time covers every child that its parent
    waited for; what a command leaves running is not counted.

    Raises:
        BadInput: there is no such program, or it may not be run.
    """
    idle_watts = idle_watts or meter.idle_watts()
    window, (status, peak) = metered(meter, reaped, lambda: _run(command, stdout))
    code = os.waitstatus_to_exitcode(status)
    return MeteredCommand(
        command=tuple(command),
        exit_code=code if code >= 0 else _SIGNALLED - code,
        usage=window.usage,
        peak_memory_bytes=peak,
        reading=window.reading,
        meter=meter.description,
        idle_watts=idle_watts,
    )


def _run(command: Sequence[str], stdout: int | None) -> tuple[int, int | None]:
    """The command's exit status, and the peak memory of its largest process in bytes where it can be told."""
    try:
        process = subprocess.Popen(command, stdout=stdout)
    except OSError as error:
        raise BadInput(f"{command[0]}: cannot be run ({error.strerror}); check its name and path") from error
    memory = PeakMemory(process.pid)
    status, resources = _wait(process)
    return status, memory.stop(resources.ru_maxrss)


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Wait for the command; Ctrl-C goes to it too (same terminal), and its end is still measured."""
    while True:
        try:
            _, status, resources = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            continue
        process.returncode = os.waitstatus_to_exitcode(status)
        return status, resources
