"""A machine as `framewatt doctor` tells people about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewatt.records import Json


def machine_text(machine: Json) -> str:
    """A ``framewatt/doctor/1`` document for people."""
    host, estimate = machine["host"], machine["estimate"]
    memory = host["memory_bytes"] / 1e9
    kind = "virtual machine" if host["virtual"] else "machine"
    lines = [
        f"{host['cpu_model']}, {host['logical_cpus']} CPUs, {memory:.1f} GB memory, {host['system']} {kind}",
        _conditions(machine["conditions"]),
        _clock(machine["frequency"]),
        "",
        "Meters",
        *(_meter_line(meter) for meter in machine["meters"]),
        "",
        f"Chosen: {machine['chosen']['name']} ({machine['chosen']['scope']} scope)",
        f"Estimate: {_watts(estimate['idle'])} idle, {_watts(estimate['full_load'])} at full load",
        f"  basis: {estimate['basis']}",
        f"  source: {estimate['source']}",
        "",
        *(f"Warning: {warning['message']}; {warning['remedy']}" for warning in machine["warnings"]),
        machine["trust"],
    ]
    return "\n".join(lines)


def _clock(frequency: Json) -> str:
    busy, highest, stated = (frequency[name]["value"] for name in ("busy", "highest", "stated"))
    if busy is None:
        return f"clock of a busy thread not known: {frequency['busy']['reason']}"
    clocks = [f"one busy thread runs at {busy / 1e9:.2f} GHz, measured ({frequency['method']})"]
    clocks += [f"/proc/cpuinfo says {stated / 1e9:.2f} GHz"] if stated else []
    clocks += [f"at most {highest / 1e9:.2f} GHz"] if highest else []
    return "; ".join(clocks)


def _meter_line(meter: Json) -> str:
    mark = "*" if meter["chosen"] else " "
    if meter["works"]:
        return f" {mark} {meter['name']:17} works ({meter['scope']} scope): {meter['title']}"
    return f" {mark} {meter['name']:17} no: {meter['reason']}; {meter['remedy']}"


def _watts(quantity: Json) -> str:
    return f"{quantity['value']:.3g} W ({quantity['low']:.3g} to {quantity['high']:.3g})"


def _conditions(conditions: Json) -> str:
    def state(name: str, unit: str = "") -> str:
        value = conditions[name]
        return "not told" if value is None else f"{value}{unit}"

    return (
        f"governor {state('governor')}, turbo {state('turbo')}, container {state('container')}, "
        f"cgroup v{conditions['cgroup_version'] or '?'}, CPU limit {state('cpu_quota')}, "
        f"temperature {state('temperature', ' °C')}, load {conditions['load']:.0%}, "
        f"steal {conditions['steal']:.0%}"
    )
