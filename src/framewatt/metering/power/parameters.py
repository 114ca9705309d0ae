"""The fitted parameters: a linear predictor of a machine's power levels, shrunk towards its generation.

A few numbers of a machine (what it has, when it was made) and their products give log idle power, log full
power and nine points of the curve between; each generation adds its own deviation, learned as far as its
machines were many. See
`framewatt.metering.power.fitting` for how they are found.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from framewatt.metering.power.cpus import CpuIdentity

FITTED = Path(__file__).parent / "data" / "fitted.json"
TYPICAL_YEAR = 2019
USUAL_DESIGN_POWER = 250.0
_FIRST_TURBO_YEAR, _LAST_TURBO_YEAR = 2012, 2024
_SPREADS = np.array([0.5, 0.5, 0.8, 0.7, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0])
"""Usual spreads of the features that enter products: all but the constant and the one that is a product."""
_CLIENT_GB_PER_CORE, _SERVER_GB_PER_CORE = 4.0, 3.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as it is described to the model; None where nobody says.

    `cores` and `threads` count all sockets together.
    """

    cpu: CpuIdentity
    sockets: int
    cores: int
    threads: int
    memory_gb: float | None
    tdp_watts: float | None

    @property
    def year(self) -> int:
        """Year in which the generation came to market."""
        return self.cpu.generation.year if self.cpu.generation else TYPICAL_YEAR

    @property
    def client(self) -> bool:
        """Whether it is an entry server, desktop or laptop."""
        return bool(self.cpu.generation and self.cpu.generation.platform == "client")

    @property
    def knowledge(self) -> str:
        """What the estimate can rest on: ``generation``, ``tdp`` or ``nothing``."""
        if self.cpu.generation:
            return "generation"
        return "tdp" if self.tdp_watts else "nothing"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a fit leaves behind. Rows of `coefficients` follow `design`; columns are the responses.

    `generations` holds each generation's deviation, `spread` the factors by knowledge (see `PowerModel`),
    `tdp` the coefficients that stand in for an unknown thermal design power, `reach` the lowest and highest
    features that the fit has seen (beyond them products stay at their ends). `offset` moves each log level to
    the value with the least expected relative error, which lies below the median of a skewed distribution.
    `bend` says which share of `package_exponent` bends the power of work on few threads, and its spread over
    machines; `clock` by which power of a busy thread's clock the dynamic power at full load goes down.
    """

    coefficients: NDArray[np.float64]
    generations: dict[str, NDArray[np.float64]]
    spread: dict[str, NDArray[np.float64]]
    tdp: NDArray[np.float64]
    reach: NDArray[np.float64]
    offset: NDArray[np.float64]
    package: dict[str, Any]
    bend: dict[str, float]
    clock: dict[str, float]
    program: dict[str, dict[str, float]]

    def levels(self, machine: Machine) -> NDArray[np.float64]:
        """Wall power in W at 0, 10, ... 100 % load."""
        response = design(features(machine, self.tdp), self.reach) @ self.coefficients
        if machine.cpu.generation:
            response = response + self.generations.get(machine.cpu.generation.name, 0.0)
        return np.maximum.accumulate(levels_from_response(response) * np.exp(self.offset))

    def package_levels(self, machine: Machine) -> NDArray[np.float64]:
        """Package power in W at 0, 10, ... 100 % load: shares of the thermal design power and a power law."""
        design_power = machine.sockets * tdp_watts(machine, self.tdp)
        size = np.array([1.0, math.log(design_power / USUAL_DESIGN_POWER)])
        idle, full = (design_power * math.exp(size @ self.package[end]) for end in ("idle", "full"))
        full = max(full, 1.05 * idle)
        return np.asarray(idle + (full - idle) * np.linspace(0, 1, 11) ** self.package_exponent(machine))

    def package_exponent(self, machine: Machine) -> float:
        """By how much power bends with load: the newer the CPU, the more turbo and the lower the exponent."""
        level, decline = self.package["exponent"]
        year = min(max(machine.year, _FIRST_TURBO_YEAR), _LAST_TURBO_YEAR)
        return float(level * math.exp(-decline * (year - 2017) / 10))

    def to_json(self) -> str:
        """The parameters as a small readable file."""
        rounded = {
            "coefficients": _rounded(self.coefficients),
            "generations": {name: _rounded(row) for name, row in self.generations.items()},
            "spread": {name: _rounded(rows) for name, rows in self.spread.items()},
            "tdp": _rounded(self.tdp),
            "reach": _rounded(self.reach),
            "offset": _rounded(self.offset),
            "package": self.package,
            "bend": self.bend,
            "clock": self.clock,
            "program": self.program,
        }
        return json.dumps(rounded, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Parameters:
        """The parameters of such a file."""
        data = json.loads(text)
        return cls(
            coefficients=np.array(data["coefficients"]),
            generations={name: np.array(row) for name, row in data["generations"].items()},
            spread={name: np.array(rows) for name, rows in data["spread"].items()},
            tdp=np.array(data["tdp"]),
            reach=np.array(data["reach"]),
            offset=np.array(data["offset"]),
            package=data["package"],
            bend=data["bend"],
            clock=data["clock"],
            program=data["program"],
        )


@cache
def fitted() -> Parameters:
    """The parameters shipped with framewatt."""
    return Parameters.from_json(FITTED.read_text(encoding="utf-8"))


def tdp_watts(machine: Machine, coefficients: NDArray[np.float64]) -> float:
    """Thermal design power of one CPU in W: known, or guessed from cores, year and kind of board."""
    return machine.tdp_watts or math.exp(float(tdp_features(machine) @ coefficients))


def features(machine: Machine, tdp: NDArray[np.float64]) -> NDArray[np.float64]:
    """The numbers a machine enters the predictor with, centred on a two-socket server of 2018."""
    decade = (machine.year - 2018) / 10
    cores_per_socket = math.log(machine.cores / machine.sockets)
    memory = machine.memory_gb or machine.cores * (
        _CLIENT_GB_PER_CORE if machine.client else _SERVER_GB_PER_CORE
    )
    vendor = machine.cpu.generation.vendor if machine.cpu.generation else ""
    client = float(machine.client)
    return np.array(
        [
            1.0,
            math.log(tdp_watts(machine, tdp)) - 5,
            math.log(machine.sockets),
            cores_per_socket - 3,
            math.log(memory / machine.sockets) - 4.5,
            decade,
            max(decade, 0.0),
            float(vendor == "amd"),
            float(vendor == "arm"),
            math.log(machine.threads / machine.cores) - 0.7,
            client,
            client * decade,
        ]
    )


def design(row: NDArray[np.float64], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """A machine's features and the products of any two of them.

    A product runs away where a machine is unlike all that were fitted, so within products each feature is
    held to `reach` (2 rows: lowest and highest).
    """
    inner = row.clip(*reach)[1:-1] / _SPREADS
    first, second = np.triu_indices(len(inner))
    # A cross product stands for two of the full square's entries, so its prior is that much wider.
    weights = np.where(first == second, 1.0, math.sqrt(2))
    return np.concatenate([row, inner[first] * inner[second] * weights])


def tdp_features(machine: Machine) -> NDArray[np.float64]:
    """What an unknown thermal design power is guessed from: cores per socket, year, kind of board."""
    client = float(machine.client)
    return np.array([1.0, math.log(machine.cores / machine.sockets), (machine.year - 2018) / 10, client])


def response_from_levels(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log idle, log full power and the curve between as shares of their difference."""
    idle, full = levels[0], levels[-1]
    return np.concatenate([np.log([idle, full]), (levels[1:-1] - idle) / (full - idle)])


def levels_from_response(response: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `response_from_levels`, never falling with load and never below idle."""
    idle, full = np.exp(response[:2])
    full = max(full, 1.05 * idle)
    curve = np.clip(response[2:], 0.01, 1.0)
    shares = np.maximum.accumulate(np.concatenate([[0.0], curve, [1.0]]))
    return np.asarray(idle + (full - idle) * shares)


def _rounded(values: NDArray[np.float64]) -> Any:
    return np.round(values, 5).tolist()
