"""What a CPU's name, or its CPUID numbers, say about it: generation, year, thermal design power."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_TDP_FILE = _DATA / "cpu_tdp.csv"
_GENERATION_FILE = _DATA / "cpu_generations.csv"


@dataclass(frozen=True, slots=True)
class Generation:
    """CPUs that share a design: name, maker, year of market entry, and the boards they sit on.

    `platform` is ``server``, or ``client`` for single-socket entry servers, desktops and laptops. The typical
    cores and W are those of one mainstream part, where a machine does not name its own.
    """

    name: str
    vendor: str
    year: int
    platform: str
    typical_cores: int | None = None
    typical_tdp_watts: float | None = None


@dataclass(frozen=True, slots=True)
class CpuIdentity:
    """What is known of a CPU before any power is estimated; None where its name does not tell."""

    name: str
    generation: Generation | None
    tdp_watts: float | None


@cache
def _generations() -> tuple[tuple[Generation, re.Pattern[str], frozenset[str]], ...]:
    """Rows of the generation table in its order: the first whose pattern matches names the CPU."""
    with _GENERATION_FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            (
                Generation(
                    row["generation"],
                    row["vendor"],
                    int(row["year"]),
                    row["platform"],
                    int(row["typical_cores"]) if row["typical_cores"] else None,
                    float(row["typical_tdp_w"]) if row["typical_tdp_w"] else None,
                ),
                re.compile(row["pattern"]),
                frozenset(row["cpuid"].split()),
            )
            for row in csv.DictReader(lines)
        )


def identify(cpu: str, family: int | None = None, model: int | None = None) -> CpuIdentity:
    """The CPU behind a name in any spelling; CPUID numbers help where the name is hidden."""
    name = normalise(cpu)
    generation = next((generation for generation, pattern, _ in _generations() if pattern.search(name)), None)
    if generation is None and family is not None:
        cpuid = f"{family}/{model}"
        generation = next((generation for generation, _, cpuids in _generations() if cpuid in cpuids), None)
    return CpuIdentity(name, generation, lookup_tdp(name))


def normalise(cpu: str) -> str:
    """A CPU's name without trade marks, clock, core count and case: ``amd epyc 7601``."""
    name = re.sub(r"\((?:r|tm|c)\)|[®™]", " ", cpu.lower())
    name = re.sub(r"@.*$|\(.*$|,.*$", " ", name)
    name = re.sub(r"\b\d+(?:\.\d+)? ?ghz\b", " ", name)
    name = re.sub(r"\b(?:\d+|dual|quad|six|eight|twelve|sixteen)[- ]core(?: processor)?\b", " ", name)
    name = re.sub(r"\b(?:cpu|processor|64-bit|multi-core)\b", " ", name)
    name = re.sub(r"(?<=\d)(v\d)\b", r" \1", name)
    return " ".join(name.split())


@cache
def _tdp_table() -> dict[str, float]:
    with _TDP_FILE.open(encoding="utf-8", newline="") as lines:
        return {normalise(row["cpu"]): float(row["tdp_w"]) for row in csv.DictReader(lines)}


def lookup_tdp(name: str) -> float | None:
    """Thermal design power in W per socket of a normalised name, or None."""
    table = _tdp_table()
    spellings = (
        name,
        name.replace("xeon e e-", "xeon e-"),
        name.replace("intel e", "intel xeon e"),
        re.sub(r"(\d)([lehs]{2}) ?$", r"\1 \2", name),
        name.replace("amd opteron ", ""),
        re.sub(r"intel xeon (\d{4}\+?)$", r"intel xeon platinum \1", name),
        re.sub(r"[+]$", "", name),
        re.sub(r"(?<=\d)[a-z]+$", "", name),
    )
    return next((table[spelling] for spelling in spellings if spelling in table), None)
