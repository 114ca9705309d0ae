"""Reading the public calibration tables (see `data/SOURCES.md`) that the power model is fitted on."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framewatt.errors import BadInput
from framewatt.metering.power.cpus import identify
from framewatt.metering.power.parameters import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_LEVELS = ("idle_w", *(f"w{load}0" for load in range(1, 11)))
_CLOCK_SUFFIX = re.compile(r'["\s]+$')


@dataclass(frozen=True, slots=True)
class Sample:
    """A machine with the powers measured on it: W at `loads` (0..1); `kind` says what ran."""

    name: str
    year: int
    machine: Machine
    loads: NDArray[np.float64]
    watts: NDArray[np.float64]
    mhz: float | None = None
    kind: str = "specpower"

    @property
    def complete(self) -> bool:
        """Whether all eleven load levels were measured."""
        return len(self.loads) == len(_LEVELS)


@dataclass(frozen=True, slots=True)
class Program:
    """One program on one machine: median seconds, CPU seconds and joules of its repeats."""

    config: str
    benchmark: str
    language: str
    seconds: float
    cpu_seconds: float
    joules: float
    scatter: float


def specpower(folder: Path) -> list[Sample]:
    """SPECpower_ssj2008 wall power: machines with all levels, then those with idle and full load only."""
    complete = [_complete_sample(row) for row in _rows(folder / "specpower_levels.csv")]
    ends = [_ends_sample(row) for row in _rows(folder / "specpower_idle_max.csv")]
    return complete + ends


def _complete_sample(row: dict[str, str]) -> Sample:
    cores = re.match(r"(\d+) cores?, (\d+) chip", row["cpus_enabled"])
    if cores is None:
        raise BadInput(f"specpower_levels.csv: {row['cpus_enabled']!r} does not name cores and chips")
    return Sample(
        name=row["model"],
        year=int(row["avail"][-4:]),
        machine=_machine(
            row["cpu"], int(cores[2]), int(cores[1]), int(row["threads"].split()[0]), row["mem_gb"]
        ),
        loads=np.linspace(0, 1, 11),
        watts=np.array([float(row[level]) for level in _LEVELS]),
        mhz=float(row["freq_mhz"]),
    )


def _ends_sample(row: dict[str, str]) -> Sample:
    cores = int(row["cores"])
    threads = cores * int(row["threads_per_core"])
    return Sample(
        name=row["cpu"],
        year=int(row["published"][-4:]),
        machine=_machine(row["cpu"], int(row["chips"]), cores, threads, row["memory_gb"]),
        loads=np.array([0.0, 1.0]),
        watts=np.array([float(row["idle_w"]), float(row["max_w"])]),
        mhz=float(row["mhz"]),
    )


def rapl(folder: Path) -> list[Sample]:
    """RAPL package power by load: one sample per machine and stressor that was stepped through the loads."""
    return _aws_metal(folder) + _codecarbon_profiles(_rows(folder / "rapl_by_load.csv"))


def few_busy_threads(folder: Path) -> list[Sample]:
    """RAPL package power with some threads busy all the time, from none to all: one sample per machine."""
    rows = [row for row in _rows(folder / "rapl_by_load.csv") if row["load_type"] == "some_cores"]
    return _codecarbon_profiles(rows)


def _aws_metal(folder: Path) -> list[Sample]:
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows(folder / "aws_metal_rapl_by_load.csv"):
        if row["test"] == "CPUStress":
            cpu = _CLOCK_SUFFIX.sub("", row["cpu_model"])
            grouped.setdefault((row["instance"], cpu), []).append(row)
    samples = []
    for (instance, cpu), rows in grouped.items():
        sockets = int(rows[0]["sockets"])
        machine = _machine(cpu, sockets, sockets * int(rows[0]["cores_per_socket"]), int(rows[0]["threads"]))
        samples.append(_rapl_sample(f"{instance} {cpu}", machine, rows, "pkg_w"))
    return samples


def _codecarbon_profiles(rows: Sequence[dict[str, str]]) -> list[Sample]:
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        grouped.setdefault((row["machine"], row["cpu"]), []).append(row)
    samples = []
    for (name, cpu), own in grouped.items():
        threads = max(int(row["logical_cpus_used"]) for row in own)
        sockets = 2 if "E5-26" in cpu and threads > 2 * _CORES_E5_2620 else 1
        samples.append(_rapl_sample(name, _machine(cpu, sockets, threads // 2, threads), own, "rapl_w"))
    return samples


_CORES_E5_2620 = 6


def _rapl_sample(name: str, machine: Machine, rows: list[dict[str, str]], column: str) -> Sample:
    loads = np.array([float(row["load_pct"]) / 100 for row in rows])
    watts = np.array([float(row[column]) for row in rows])
    return Sample(name, machine.year, machine, loads.clip(0, 1), watts, kind="rapl")


def programs(folder: Path) -> list[Program]:
    """Programs of the language benchmarks: package and DRAM joules, the median of the repeats."""
    grouped: dict[tuple[str, str, str], list[tuple[float, float, float]]] = {}
    for row in _rows(folder / "language_benchmarks_rapl.csv"):
        joules = sum(float(row[column]) for column in ("pkg0_j", "pkg1_j", "dram_j"))
        values = (float(row["runtime_ms"]) / 1e3, float(row["task_clock_ns"]) / 1e9, joules)
        grouped.setdefault((row["config"], row["benchmark"], row["language"]), []).append(values)
    return [_program(key, np.array(values)) for key, values in grouped.items()]


def _program(key: tuple[str, str, str], values: NDArray[np.float64]) -> Program:
    seconds, cpu_seconds, joules = np.median(values, axis=0)
    scatter = float(np.std(np.log(values[:, 2]), ddof=1)) if len(values) > 1 else 0.0
    return Program(*key, float(seconds), float(cpu_seconds), float(joules), scatter)


def _machine(cpu: str, sockets: int, cores: int, threads: int, memory_gb: str = "") -> Machine:
    identity = identify(cpu)
    memory = float(memory_gb) if memory_gb else 0.0
    # "1,024 GB" was cut at its comma in some rows: a server with 1 GB is one of unknown memory.
    return Machine(identity, sockets, cores, threads, memory if memory > 1 else None, identity.tdp_watts)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except OSError as error:
        raise BadInput(f"{path}: cannot read the calibration table ({error.strerror})") from error
