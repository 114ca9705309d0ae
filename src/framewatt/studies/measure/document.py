"""A metered command as a document (``framewatt/measure/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.metering.choice import reading_notes
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from framewatt.records import Json, MeterDescription
    from framewatt.studies.measure.command import MeteredCommand


def build_document(run: MeteredCommand, reserved_cpus: int) -> Json:
    """The run, whose work held so many CPUs."""
    return {
        "schema": "framewatt/measure/1",
        "framewatt_version": __version__,
        "command": list(run.command),
        "exit_code": run.exit_code,
        "energy": run.energy().to_json(),
        "marginal_energy": run.marginal_energy().to_json(),
        "accounting": "whole machine" if run.idle_watts is None else "reserved",
        **{name: quantity.to_json() for name, quantity in _measured(run).items()},
        "reserved_cpus": reserved_cpus,
        "joules": run.reading.joules,
        "faults": run.reading.faults,
        "notes": [*reading_notes(run.meter.parameters), *run.notes()],
        "meter": _meter(run.meter),
    }


def _measured(run: MeteredCommand) -> dict[str, Quantity]:
    seconds = {
        "seconds": run.usage.seconds,
        "cpu_seconds": run.usage.cpu_seconds,
        "user_seconds": run.usage.user_seconds,
        "system_seconds": run.usage.system_seconds,
    }
    peak = (
        Quantity.unknown("B", "the command ended before its memory was looked up")
        if run.peak_memory_bytes is None
        else Quantity(float(run.peak_memory_bytes), "B", Provenance.MEASURED)
    )
    times = {name: Quantity(value, "s", Provenance.MEASURED) for name, value in seconds.items()}
    return {**times, "peak_memory": peak}


def _meter(meter: MeterDescription) -> Json:
    return {
        "name": meter.name,
        "scope": meter.scope.value,
        "domains": list(meter.domains),
        "provenance": meter.provenance.value,
    }
