"""A machine: how far its energy figures can be trusted, its meters, and what would blur a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records.units import format_si, significant
from framewatt.reports.page import Cell, Column, Mark, Page, Sentence, Tone, sentences, table, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.records import Json
    from framewatt.reports.page import Field

_FIELDS: list[Field] = [
    (Column("meter", "meter", left=True), lambda row: words(row["name"])),
    (Column("works", "", left=True), lambda row: Cell("works" if row["works"] else "no", row["works"])),
    (Column("scope", "scope", left=True, spare=1), lambda row: words(row["scope"])),
    (Column("title", "", left=True), lambda row: words(row["title"])),
]


def doctor_page(machine: Json) -> Page:
    """The page of a ``framewatt/doctor/1`` document."""
    chosen = machine["chosen"]
    missing = [meter for meter in machine["meters"] if not meter["works"]]
    reasons = [f"{meter['name']}: {meter['reason']}; {meter['remedy']}." for meter in missing]
    warnings = [f"{w['message'][:1].upper()}{w['message'][1:]}; {w['remedy']}." for w in machine["warnings"]]
    return Page(
        headline=machine["trust"],
        badge="estimated" if chosen["estimated"] else "counted",
        body=(
            *sentences(_machine(machine)),
            table("", _FIELDS, machine["meters"], _mark),
            *sentences(reasons, Tone.ASIDE),
            *sentences(warnings, Tone.WARNING),
        ),
        details=(
            *sentences(_conditions(machine["conditions"])),
            Sentence(_clock(machine["frequency"])),
            *sentences(_estimate(machine["estimate"])),
        ),
        hints=(("More", "framewatt doctor --details"),),
    )


def _mark(meter: Json) -> Mark | None:
    return Mark.CHOSEN if meter["chosen"] else None if meter["works"] else Mark.FAILED


def _machine(machine: Json) -> Iterator[str]:
    host = machine["host"]
    memory = host["memory_bytes"] / 1e9
    kind = f"{host['system']} {'virtual machine' if host['virtual'] else 'machine'}"
    yield f"{host['cpu_model']}, {host['logical_cpus']} CPUs, {memory:.1f} GB memory, {kind}."


def _estimate(estimate: Json) -> Iterator[str]:
    yield f"Estimate: {_watts(estimate['idle'])} idle, {_watts(estimate['full_load'])} at full load."
    yield f"Basis: {estimate['basis']}; source: {estimate['source']}."


def _watts(quantity: Json) -> str:
    ends = f"{significant(quantity['low'])} to {significant(quantity['high'])}"
    return f"{format_si(quantity['value'], 'W')} ({ends})"


def _clock(frequency: Json) -> str:
    busy, highest, stated = (frequency[name]["value"] for name in ("busy", "highest", "stated"))
    if busy is None:
        return f"Clock of a busy thread not known: {frequency['busy']['reason']}."
    clocks = [f"One busy thread runs at {busy / 1e9:.2f} GHz, measured ({frequency['method']})"]
    clocks += [f"/proc/cpuinfo says {stated / 1e9:.2f} GHz"] if stated else []
    clocks += [f"at most {highest / 1e9:.2f} GHz"] if highest else []
    return "; ".join(clocks) + "."


def _conditions(conditions: Json) -> Iterator[str]:
    def state(name: str, unit: str = "") -> str:
        value = conditions[name]
        return "not told" if value is None else f"{value}{unit}"

    yield (
        f"Governor {state('governor')}, turbo {state('turbo')}, container {state('container')}, "
        f"cgroup v{conditions['cgroup_version'] or '?'}, CPU limit {state('cpu_quota')}, "
        f"temperature {state('temperature', ' °C')}, load {conditions['load']:.0%}, "
        f"steal {conditions['steal']:.0%}."
    )
