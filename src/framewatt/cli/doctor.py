"""What this machine is, which meters work, and how far an energy figure here can be trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from framewatt.metering.host.clock import Frequency
    from framewatt.metering.host.conditions import Conditions
    from framewatt.metering.power.model import PowerModel
    from framewatt.records import Host, MeterDescription


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(form: str) -> None:
    """Say what this machine is, which meters work, and how far an energy figure here can be trusted."""
    report = document()
    click.echo(json.dumps(report, indent=2) if form == "json" else text(report))


def document() -> dict[str, Any]:
    """The machine as ``framewatt/doctor/1``."""
    from dataclasses import asdict

    from framewatt import __version__
    from framewatt.metering.choice import best
    from framewatt.metering.combined import combine
    from framewatt.metering.host.clock import busy_frequency
    from framewatt.metering.host.conditions import observe
    from framewatt.metering.host.inspection import inspect_host
    from framewatt.metering.power.build import host_model
    from framewatt.records import Provenance, Quantity

    host, conditions, frequency = inspect_host(), observe(), busy_frequency()
    chosen = best(host)
    meter = combine([plugin.open_meter(host, None) for plugin in chosen.values()])
    meter.close()
    scope, estimated = meter.description.scope, meter.description.provenance is Provenance.ESTIMATED
    model = host_model(host, scope, frequency.share)
    powers = {"idle": model.idle_watts(), "full_load": model.power(1.0)}
    return {
        "schema": "framewatt/doctor/1",
        "framewatt_version": __version__,
        "host": asdict(host),
        "conditions": asdict(conditions),
        "frequency": _frequency(frequency),
        "meters": _meters(host, chosen),
        "chosen": {"name": "+".join(chosen), "scope": scope.value, "estimated": estimated},
        "estimate": {
            "cpu": model.cpu,
            "basis": model.basis,
            "source": "fitted parameters of framewatt/metering/power/data (see its SOURCES.md)",
            "threads": model.threads,
            **{
                name: Quantity(
                    power.value, "W", Provenance.ESTIMATED, power.low, power.high, scope, model.basis
                ).to_json()
                for name, power in powers.items()
            },
        },
        "warnings": [*warnings(conditions, frequency), *_notes(meter.description)],
        "trust": trust(model, meter.description),
    }


def _frequency(frequency: Frequency) -> dict[str, Any]:
    from framewatt.records import Provenance, Quantity

    silent = "the kernel does not tell"
    clocks = {
        "busy": (frequency.busy_hz, Provenance.MEASURED, frequency.reason or ""),
        "highest": (
            frequency.most_hz,
            Provenance.DECLARED,
            f"{silent} (cpufreq, or ACPI where turbo is off)",
        ),
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


def _meters(host: Host, chosen: object) -> list[dict[str, Any]]:
    from framewatt.metering.choice import all_meters

    rows = []
    for name, plugin in all_meters().items():
        refusal = plugin.unavailable(host)
        rows.append(
            {
                "name": name,
                "title": plugin.TITLE,
                "scope": plugin.SCOPE.value,
                "works": refusal is None,
                "chosen": name in chosen,  # type: ignore[operator]
                "reason": refusal and refusal[0],
                "remedy": refusal and refusal[1],
            }
        )
    return rows


def warnings(conditions: Conditions, frequency: Frequency) -> list[dict[str, str]]:
    """What about this machine's state would blur a study, and what to do about it."""
    busy, stolen = 0.1, 0.02
    found = [
        (
            conditions.load > busy,
            "foreign_load",
            f"{conditions.load:.0%} of the CPUs are busy with something else",
            "stop it, or wait until it has ended",
        ),
        (
            conditions.steal > stolen,
            "steal",
            f"the hypervisor takes {conditions.steal:.0%} of the CPU time",
            "expect noisy windows, or use a dedicated instance",
        ),
        (
            conditions.governor not in (None, "performance"),
            "governor",
            f"the frequency governor is {conditions.governor}",
            "compare under the governor that production uses",
        ),
        (
            bool(conditions.throttled),
            "throttled",
            f"cores were throttled by heat {conditions.throttled} times since boot",
            "improve cooling, or let the machine cool down between studies",
        ),
        (
            conditions.cpu_quota is not None,
            "cpu_quota",
            f"a cgroup limits CPU time to {conditions.cpu_quota} CPUs",
            "use no more threads than that",
        ),
        (
            frequency.below_turbo,
            "no_turbo",
            "turbo is off"
            if frequency.turbo is False
            else "a busy thread runs no faster than the clock that the kernel states: turbo seems to be off",
            "the estimate assumes turbo: at full load it may be some 10 % too high above idle",
        ),
    ]
    return [
        {"code": code, "message": message, "remedy": remedy} for true, code, message, remedy in found if true
    ]


def _notes(meter: MeterDescription) -> list[dict[str, str]]:
    from framewatt.metering.choice import reading_notes

    remedy = "mind it when reading joules, or name another meter with --meter"
    notes = reading_notes(meter.parameters)
    return [{"code": "meter_note", "message": note, "remedy": remedy} for note in notes]


def trust(model: PowerModel, meter: MeterDescription) -> str:
    """How far an energy figure can be trusted here, in a sentence or two."""
    from framewatt.records import Provenance

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


def text(report: dict[str, Any]) -> str:
    """The report for people."""
    host, estimate = report["host"], report["estimate"]
    memory = host["memory_bytes"] / 1e9
    kind = "virtual machine" if host["virtual"] else "machine"
    lines = [
        f"{host['cpu_model']}, {host['logical_cpus']} CPUs, {memory:.1f} GB memory, {host['system']} {kind}",
        _conditions(report["conditions"]),
        _clock(report["frequency"]),
        "",
        "Meters",
        *(_meter_line(meter) for meter in report["meters"]),
        "",
        f"Chosen: {report['chosen']['name']} ({report['chosen']['scope']} scope)",
        f"Estimate: {_watts(estimate['idle'])} idle, {_watts(estimate['full_load'])} at full load",
        f"  basis: {estimate['basis']}",
        f"  source: {estimate['source']}",
        "",
        *(f"Warning: {warning['message']}; {warning['remedy']}" for warning in report["warnings"]),
        report["trust"],
    ]
    return "\n".join(lines)


def _clock(frequency: dict[str, Any]) -> str:
    busy, highest, stated = (frequency[name]["value"] for name in ("busy", "highest", "stated"))
    if busy is None:
        return f"clock of a busy thread not known: {frequency['busy']['reason']}"
    said = [f"/proc/cpuinfo says {stated / 1e9:.2f} GHz"] if stated else []
    said += [f"at most {highest / 1e9:.2f} GHz"] if highest else []
    return f"one busy thread runs at {busy / 1e9:.2f} GHz, measured ({frequency['method']})" + "".join(
        f"; {words}" for words in said
    )


def _meter_line(meter: dict[str, Any]) -> str:
    mark = "*" if meter["chosen"] else " "
    if meter["works"]:
        return f" {mark} {meter['name']:17} works ({meter['scope']} scope): {meter['title']}"
    return f" {mark} {meter['name']:17} no: {meter['reason']}; {meter['remedy']}"


def _watts(quantity: dict[str, Any]) -> str:
    return f"{quantity['value']:.3g} W ({quantity['low']:.3g} to {quantity['high']:.3g})"


def _conditions(conditions: dict[str, Any]) -> str:
    def said(name: str, unit: str = "") -> str:
        value = conditions[name]
        return "not told" if value is None else f"{value}{unit}"

    return (
        f"governor {said('governor')}, turbo {said('turbo')}, container {said('container')}, "
        f"cgroup v{conditions['cgroup_version'] or '?'}, CPU limit {said('cpu_quota')}, "
        f"temperature {said('temperature', ' °C')}, load {conditions['load']:.0%}, "
        f"steal {conditions['steal']:.0%}"
    )
