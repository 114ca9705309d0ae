"""What this machine is, which meters work, and how far an energy figure here can be trusted."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.metering.choice import all_meters, best, reading_notes
from framewatt.metering.combined import combine
from framewatt.metering.host.clock import busy_frequency
from framewatt.metering.host.conditions import observe
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.build import host_model
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from framewatt.contracts import Meter, MeterPlugin
    from framewatt.metering.host.clock import Frequency
    from framewatt.metering.host.conditions import Conditions
    from framewatt.metering.power.model import PowerModel
    from framewatt.records import Host, Json, MeterDescription, Scope


_BUSY, _STOLEN = 0.1, 0.02
"""Shares of the CPUs' time beyond which others' work, or the hypervisor's, is worth a warning."""


def machine_document() -> Json:
    """The machine as ``framewatt/doctor/1``."""
    host, conditions, frequency = inspect_host(), observe(), busy_frequency()
    chosen = best(host)
    meter = _described([plugin.open_meter(host, None) for plugin in chosen.values()])
    model = host_model(host, meter.scope, frequency.share)
    estimated = meter.provenance is Provenance.ESTIMATED
    return {
        "schema": "framewatt/doctor/1",
        "framewatt_version": __version__,
        "host": asdict(host),
        "conditions": asdict(conditions),
        "frequency": _frequency(frequency),
        "meters": [_meter(name, plugin, host, chosen) for name, plugin in all_meters().items()],
        "chosen": {"name": "+".join(chosen), "scope": meter.scope.value, "estimated": estimated},
        "estimate": _estimate(model, meter.scope),
        "warnings": [*_warnings(conditions), *_clock_warnings(frequency), *_notes(meter)],
        "trust": trust(model, meter),
    }


def _described(meters: Sequence[Meter]) -> MeterDescription:
    """What the meters say that they read together; none is kept open."""
    meter = combine(meters)
    meter.close()
    return meter.description


def _frequency(frequency: Frequency) -> Json:
    silent = "the kernel does not tell"
    no_highest = f"{silent} (cpufreq, or ACPI where turbo is off)"
    clocks = {
        "busy": (frequency.busy_hz, Provenance.MEASURED, frequency.reason or ""),
        "highest": (frequency.most_hz, Provenance.DECLARED, no_highest),
        "stated": (frequency.stated_hz, Provenance.DECLARED, f"{silent} (/proc/cpuinfo)"),
    }
    return {
        "method": frequency.method,
        **{
            name: (Quantity(hertz, "Hz", provenance) if hertz else Quantity.unknown("Hz", reason)).to_json()
            for name, (hertz, provenance, reason) in clocks.items()
        },
        "share_of_highest": frequency.share,
    }


def _meter(name: str, plugin: MeterPlugin, host: Host, chosen: Container[str]) -> Json:
    missing, remedy = plugin.unavailable(host) or (None, None)
    return {
        "name": name,
        "title": plugin.TITLE,
        "scope": plugin.SCOPE.value,
        "works": missing is None,
        "chosen": name in chosen,
        "reason": missing,
        "remedy": remedy,
    }


def _estimate(model: PowerModel, scope: Scope) -> Json:
    powers = {"idle": model.idle_watts(), "full_load": model.power(1.0)}
    return {
        "cpu": model.cpu,
        "basis": model.basis,
        "source": "fitted parameters of framewatt/metering/power/data (see its SOURCES.md)",
        "threads": model.threads,
        **{
            name: Quantity.of_estimate(
                power, "W", Provenance.ESTIMATED, scope=scope, reason=model.basis
            ).to_json()
            for name, power in powers.items()
        },
    }


def _warnings(conditions: Conditions) -> Iterator[Json]:
    """What about this machine's state would blur a study, and what to do about it."""
    if conditions.load > _BUSY:
        message = f"{conditions.load:.0%} of the CPUs are busy with something else"
        yield _warning("foreign_load", message, "stop it, or wait until it has ended")
    if conditions.steal > _STOLEN:
        message = f"the hypervisor takes {conditions.steal:.0%} of the CPU time"
        yield _warning("steal", message, "expect noisy windows, or use a dedicated instance")
    if conditions.governor not in {None, "performance"}:
        message = f"the frequency governor is {conditions.governor}"
        yield _warning("governor", message, "compare under the governor that production uses")
    if conditions.throttled:
        message = f"cores were throttled by heat {conditions.throttled} times since boot"
        yield _warning("throttled", message, "improve cooling, or let the machine cool down between studies")
    if conditions.cpu_quota is not None:
        message = f"a cgroup limits CPU time to {conditions.cpu_quota} CPUs"
        yield _warning("cpu_quota", message, "use no more threads than that")


def _clock_warnings(frequency: Frequency) -> Iterator[Json]:
    if not frequency.below_turbo:
        return
    seems = "a busy thread runs no faster than the clock that the kernel states: turbo seems to be off"
    message = "turbo is off" if frequency.turbo is False else seems
    remedy = "the estimate assumes turbo: at full load it may be some 10 % too high above idle"
    yield _warning("no_turbo", message, remedy)


def _notes(meter: MeterDescription) -> Iterator[Json]:
    remedy = "mind it when reading joules, or name another meter with --meter"
    for note in reading_notes(meter.parameters):
        yield _warning("meter_note", note, remedy)


def _warning(code: str, message: str, remedy: str) -> Json:
    return {"code": code, "message": message, "remedy": remedy}


def trust(model: PowerModel, meter: MeterDescription) -> str:
    """How far an energy figure can be trusted here, in a sentence or two."""
    if meter.provenance is not Provenance.ESTIMATED:
        return f"Energy here is {meter.provenance} by {meter.name} ({model.scope} scope)" + (
            "; fans, board, disks and power supply are not in it and are estimated apart."
            if model.scope == "package"
            else "."
        )
    busy = model.power(0.5)
    factor = busy.high / busy.value
    half = model.threads / 2
    same = model.ratio((1.0, half), (1.0, half))
    spread = 100 * (same.high - 1)
    by_domain = meter.parameters.get("provenances", {})
    counted = [domain for domain, provenance in by_domain.items() if provenance != Provenance.ESTIMATED]
    exception = f" (except {', '.join(counted)}, which a counter tells)" if counted else ""
    return (
        f"Energy here is estimated ({model.scope} scope), not read from a counter{exception}: at half load "
        f"an absolute figure may be off by a factor of {factor:.1f} either way (95 %), the ratio of two "
        f"programs that do the same work by {spread:.0f} %; CPU time, which is measured, is far sharper."
    )
