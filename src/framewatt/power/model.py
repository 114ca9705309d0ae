"""What a machine draws at a load, as plain parameters and pure arithmetic on them.

A machine is eleven powers (at 0, 10, ... 100 % of all its threads) and their uncertainty. The uncertainty is
a few *factors*: each says by which relative amount every level moves together when one unknown (the power
supply, the board, the generation's efficiency) is one standard deviation off. Two programs on one machine
share these unknowns, so they nearly cancel in a ratio; only the program's own term does not.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

from framewatt.errors import BadInput
from framewatt.records import Estimate, Scope

LOADS = tuple(step / 10 for step in range(11))
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class PowerModel:
    """The power of one machine, or of the slice of one that a virtual machine holds.

    `levels` are W at `LOADS`; `factors` are relative deviations of the levels (standard deviations, one row
    per shared unknown). `program_spread` is the relative standard deviation of the dynamic energy between
    implementations of the same work, `settings_spread` between settings of one framework, `run_spread` of
    one run's total energy. Below 10 % load power rises with load to `wake_exponent`: the first busy thread
    wakes caches, interconnect and memory that idle machines switch off. `basis` says in words what
    the parameters rest on.
    """

    cpu: str
    scope: Scope
    threads: int
    levels: tuple[float, ...]
    factors: tuple[tuple[float, ...], ...]
    program_spread: float
    settings_spread: float
    run_spread: float
    wake_exponent: float
    basis: str

    def power(self, load: float) -> Estimate:
        """Power in W while `load` (0..1) of all threads is busy, with any program on them.

        Raises:
            BadInput: a load outside 0..1.
        """
        if not 0 <= load <= 1:
            raise BadInput(f"load is a share of all threads between 0 and 1, not {load}")
        return self._estimate(1.0, load, 1.0, program=self.program_spread)

    def idle_watts(self, share: float = 1.0) -> Estimate:
        """Power in W that `share` of the machine draws when nothing runs."""
        return self._estimate(1.0, 0.0, share, program=0.0)

    def energy(self, seconds: float, cpu_seconds: float, share: float = 1.0) -> Estimate:
        """Energy in J of `cpu_seconds` of work within `seconds`: the reserved share's idle plus the dynamic.

        `share` is the part of the machine that the work holds (its threads over all threads).
        """
        load = self.load(seconds, cpu_seconds)
        return self._estimate(seconds, load, share, program=self.program_spread)

    def dynamic_energy(self, seconds: float, cpu_seconds: float) -> Estimate:
        """Energy in J above idle: what the machine drew more because this work ran (*marginal*)."""
        load = self.load(seconds, cpu_seconds)
        return self._estimate(seconds, load, 0.0, program=self.program_spread)

    def ratio(
        self,
        a: tuple[float, float],
        b: tuple[float, float],
        *,
        same_framework: bool = False,
        share: float = 1.0,
        other_share: float | None = None,
    ) -> Estimate:
        """Energy of `a` over energy of `b`, each (seconds, CPU seconds), on this machine.

        The machine's unknowns are shared, so they enter only as far as the two load it differently. The
        programs' own terms are independent; settings of one framework share more of it. `a` holds `share` of
        the machine, and `b` `other_share` where that differs.
        """
        spread = self.settings_spread if same_framework else self.program_spread
        energies, gradients, independent = [], [], 0.0
        held = (share, share if other_share is None else other_share)
        for (seconds, cpu_seconds), part in zip((a, b), held, strict=True):
            load = self.load(seconds, cpu_seconds)
            joules, gradient = self._gradient(seconds, load, part)
            if joules <= 0:
                raise BadInput("the energy of a run that used no time is zero: it has no ratio")
            energies.append(joules)
            gradients.append([term / joules for term in gradient])
            dynamic = seconds * (self._at(self.levels, load) - self.levels[0])
            independent += (spread * dynamic / joules) ** 2 + self.run_spread**2
        shared = sum((x - y) ** 2 for x, y in zip(*gradients, strict=True))
        return _lognormal(energies[0] / energies[1], math.sqrt(shared + independent))

    def load(self, seconds: float, cpu_seconds: float) -> float:
        """Share of all threads that `cpu_seconds` of work kept busy over `seconds`, at most 1.

        Raises:
            BadInput: negative or not finite times.
        """
        if not (math.isfinite(seconds) and math.isfinite(cpu_seconds)) or seconds < 0 or cpu_seconds < 0:
            raise BadInput(
                f"{seconds} s with {cpu_seconds} CPU s is no run: times are finite and not negative"
            )
        return min(1.0, cpu_seconds / (seconds * self.threads)) if seconds else 0.0

    def scaled(self, share: float, threads: int) -> Self:
        """The slice of this machine that holds `threads` threads, drawing `share` of every level.

        Its neighbours keep the machine awake, so its first busy thread wakes nothing.
        """
        levels = tuple(level * share for level in self.levels)
        return type(self)(**{**self._fields(), "levels": levels, "threads": threads, "wake_exponent": 1.0})

    def parameters(self) -> dict[str, Any]:
        """The model as plain JSON data."""
        return asdict(self) | {"scope": self.scope.value}

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> Self:
        """The model that `parameters` describe (numbers and lists, as JSON gives them back)."""
        tuples = {
            "scope": Scope(parameters["scope"]),
            "levels": tuple(parameters["levels"]),
            "factors": tuple(tuple(row) for row in parameters["factors"]),
        }
        return cls(**(parameters | tuples))

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def _estimate(self, seconds: float, load: float, share: float, *, program: float) -> Estimate:
        joules, gradient = self._gradient(seconds, load, share)
        if joules == 0:
            return Estimate(0.0, 0.0, 0.0)
        dynamic = seconds * (self._at(self.levels, load) - self.levels[0])
        variance = sum((term / joules) ** 2 for term in gradient) + (program * dynamic / joules) ** 2
        return _lognormal(joules, math.sqrt(variance))

    def _gradient(self, seconds: float, load: float, share: float) -> tuple[float, list[float]]:
        """Energy in J, and by how many J it moves with each factor's standard deviation."""
        idle, busy = self.levels[0], self._at(self.levels, load)
        joules = seconds * (share * idle + busy - idle)
        gradient = [
            seconds * (busy * self._at(row, load) - (1 - share) * idle * row[0]) for row in self.factors
        ]
        return joules, gradient

    def _at(self, values: tuple[float, ...], load: float) -> float:
        """Interpolation between the levels: linear from 10 % load on, as in the tables."""
        position = load * (len(values) - 1)
        below = min(int(position), len(values) - 2)
        weight = position - below if below else position**self.wake_exponent
        return values[below] + weight * (values[below + 1] - values[below])


def _lognormal(value: float, spread: float) -> Estimate:
    factor = math.exp(_Z95 * spread)
    return Estimate(value, value / factor, value * factor)
