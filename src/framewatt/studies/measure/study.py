"""From the question to a metered run: the meter, its idle power, the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.studies.measure.command import measure_command
from framewatt.trials.idle import measure_idle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.studies.measure.command import MeteredCommand


def measure(
    command: Sequence[str],
    *,
    meter_name: str | None,
    reserved_cpus: int,
    idle_seconds: float,
    stdout: int | None = None,
) -> MeteredCommand:
    """Run `command` under the named meter (None: the best here), after `idle_seconds` of the idle machine.

    Raises:
        BadInput: no such meter or program, or the meter does not work here.
    """
    meter = choose_meter(meter_name, inspect_host(), reserved_cpus=reserved_cpus)
    try:
        tells_idle = meter.idle_watts() is not None
        idle_watts = measure_idle(meter, idle_seconds) if idle_seconds and not tells_idle else None
        return measure_command(command, meter, idle_watts=idle_watts, stdout=stdout)
    finally:
        meter.close()
