"""Energy, CPU time and peak memory of any command."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from framewatt.records import Quantity
    from framewatt.studies.measure.command import CommandRun

_STDERR = 2


@click.command(context_settings={"ignore_unknown_options": False})
@click.option("--meter", "meter_name", help="Which meter, e.g. rapl or rapl+nvml; default: the best here.")
@click.option(
    "--cpus",
    type=click.IntRange(min=1),
    help="CPUs that the work reserves; default: those usable within a cgroup's limit.",
)
@click.option(
    "--idle", type=click.FloatRange(min=0), default=0.0, help="Measure idle power first, for S seconds."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...")
def command(
    meter_name: str | None, cpus: int | None, idle: float, form: str, command_line: tuple[str, ...]
) -> None:
    """Run CMD and print its energy, CPU time and peak memory, children included.

    Its exit code is passed on. With --format json its standard output goes to standard error.
    """
    from framewatt.metering.choice import choose_meter
    from framewatt.metering.host.inspection import inspect_host, reservable_cpus
    from framewatt.studies.measure.command import measure_command
    from framewatt.trials.idle import measure_idle

    reserved = cpus or reservable_cpus()
    meter = choose_meter(meter_name, inspect_host(), reserved_cpus=reserved)
    try:
        idle_watts = measure_idle(meter, idle) if idle and meter.idle_watts() is None else None
        run = measure_command(
            command_line, meter, idle_watts=idle_watts, stdout=_STDERR if form == "json" else None
        )
    finally:
        meter.close()
    click.echo(json.dumps(document(run, reserved), indent=2) if form == "json" else text(run, reserved))
    sys.exit(run.exit_code)


def document(run: CommandRun, reserved: int) -> dict[str, Any]:
    """The run as ``framewatt/measure/1``."""
    from framewatt import __version__
    from framewatt.metering.choice import reading_notes
    from framewatt.records import Provenance, Quantity

    measured = {
        "seconds": Quantity(run.usage.seconds, "s", Provenance.MEASURED),
        "cpu_seconds": Quantity(run.usage.cpu_seconds, "s", Provenance.MEASURED),
        "user_seconds": Quantity(run.usage.user_seconds, "s", Provenance.MEASURED),
        "system_seconds": Quantity(run.usage.system_seconds, "s", Provenance.MEASURED),
        "peak_memory": (
            Quantity.unknown("B", "the command ended before its memory was looked up")
            if run.peak_memory_bytes is None
            else Quantity(float(run.peak_memory_bytes), "B", Provenance.MEASURED)
        ),
    }
    return {
        "schema": "framewatt/measure/1",
        "framewatt_version": __version__,
        "command": list(run.command),
        "exit_code": run.exit_code,
        "energy": run.energy().to_json(),
        "marginal_energy": run.marginal_energy().to_json(),
        "accounting": _accounting(run),
        **{name: value.to_json() for name, value in measured.items()},
        "reserved_cpus": reserved,
        "joules": run.reading.joules,
        "faults": run.reading.faults,
        "notes": [*reading_notes(run.meter.parameters), *run.notes()],
        "meter": {
            "name": run.meter.name,
            "scope": run.meter.scope.value,
            "domains": list(run.meter.domains),
            "provenance": run.meter.provenance.value,
        },
    }


def text(run: CommandRun, reserved: int) -> str:
    """The run for people."""
    from framewatt.metering.choice import reading_notes
    from framewatt.records.units import format_bytes, format_duration

    usage = run.usage
    user, system = format_duration(usage.user_seconds), format_duration(usage.system_seconds)
    peak = format_bytes(run.peak_memory_bytes) if run.peak_memory_bytes else "unknown"
    marginal = run.marginal_energy()
    lines = [
        "",
        f"  {_figure(run.energy())}  {_accounting_words(run, reserved)}",
        *([f"  {_figure(marginal)}  above idle"] if marginal.value is not None else []),
        f"  {format_duration(usage.seconds)} elapsed",
        f"  {format_duration(usage.cpu_seconds)} CPU time measured ({user} user, {system} system)",
        f"  {peak} peak memory of its largest process",
        f"  meter: {run.meter.name}, {run.meter.scope} scope, {run.meter.provenance}",
        *(f"  fault: {domain} {fault}" for domain, fault in run.reading.faults.items()),
        *(f"  note: {note}" for note in (*reading_notes(run.meter.parameters), *run.notes())),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _figure(energy: Quantity) -> str:
    from framewatt.records.units import format_si

    if energy.value is None:
        return f"energy unknown: {energy.reason}"
    figure = f"{format_si(energy.value, 'J')} {energy.provenance}"
    if energy.low is not None and energy.high is not None:
        figure += f" ({format_si(energy.low, 'J')} to {format_si(energy.high, 'J')} at 95 %)"
    return figure


def _accounting(run: CommandRun) -> str:
    return "whole machine" if run.idle_watts is None else "reserved"


def _accounting_words(run: CommandRun, reserved: int) -> str:
    if run.reading.invalid:
        return ""
    if run.idle_watts is None:
        return "of the whole machine, whatever else ran on it (--idle S takes idle power apart)"
    return f"reserved: the idle share of {reserved} CPUs and what the command drew above it"
