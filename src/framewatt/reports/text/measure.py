"""A metered command as `framewatt measure` tells people about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_bytes, format_duration, format_si

if TYPE_CHECKING:
    from framewatt.records import Json


def run_text(run: Json) -> str:
    """A ``framewatt/measure/1`` document for people."""
    times = ("seconds", "cpu_seconds", "user_seconds", "system_seconds")
    elapsed, cpu, user, system = (format_duration(run[name]["value"]) for name in times)
    peak, marginal, meter = run["peak_memory"]["value"], run["marginal_energy"], run["meter"]
    lines = [
        "",
        f"  {_figure(run['energy'])}  {_accounting(run)}",
        *([f"  {_figure(marginal)}  above idle"] if marginal["value"] is not None else []),
        f"  {elapsed} elapsed",
        f"  {cpu} CPU time measured ({user} user, {system} system)",
        f"  {format_bytes(peak) if peak else 'unknown'} peak memory of its largest process",
        f"  meter: {meter['name']}, {meter['scope']} scope, {meter['provenance']}",
        *(f"  fault: {domain} {fault}" for domain, fault in run["faults"].items()),
        *(f"  note: {note}" for note in run["notes"]),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _figure(energy: Json) -> str:
    if energy["value"] is None:
        return f"energy unknown: {energy['reason']}"
    figure = f"{format_si(energy['value'], 'J')} {energy['provenance']}"
    if energy["low"] is not None and energy["high"] is not None:
        figure += f" ({format_si(energy['low'], 'J')} to {format_si(energy['high'], 'J')} at 95 %)"
    return figure


def _accounting(run: Json) -> str:
    if run["energy"]["value"] is None:
        return ""
    if run["accounting"] == "whole machine":
        return "of the whole machine, whatever else ran on it (--idle S takes idle power apart)"
    return f"reserved: the idle share of {run['reserved_cpus']} CPUs and what the command drew above it"
