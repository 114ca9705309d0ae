"""What a machine draws at a load, as plain parameters and pure arithmetic on them.

A machine is eleven powers (at 0, 10, ... 100 % of all its threads) and their uncertainty. The uncertainty is
a few *factors*: each says by which relative amount every level moves together when one unknown (the power
supply, the board, the generation's efficiency) is one standard deviation off. Two programs on one machine
share these unknowns, so they nearly cancel in a ratio; only the program's own term does not.

Work that keeps a few threads busy all the time draws more than the same CPU seconds spread over all of
them: the caches, the interconnect and the memory are awake, and the busy threads clock higher. So
`PowerModel.power` follows the levels, which were measured with the load spread evenly, and the energies of
programs follow a power law between the same idle and full power.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from framewatt.errors import BadInput
from framewatt.records import Estimate, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

LOADS = tuple(step / 10 for step in range(11))
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class PowerModel:
    """The power of one machine, or of the slice of one that a virtual machine holds.

    `levels` are W at `LOADS`; `factors` are relative deviations of the levels (standard deviations, one row
    per shared unknown). `program_spread` is the relative standard deviation of the dynamic energy between
    implementations of the same work, `settings_spread` between settings of one framework, `run_spread` of
    one run's total energy. `curve_spread` is that of the one program that the levels were measured with: all
    work on the machine shares it. The dynamic power of work on a few threads grows with load to `exponent`,
    whose relative standard deviation is `exponent_spread`; None on a slice of a machine, whose neighbours
    keep it evenly loaded: there it follows the levels. `basis` says in words what the parameters rest on.
    """

    cpu: str
    scope: Scope
    threads: int
    levels: tuple[float, ...]
    factors: tuple[tuple[float, ...], ...]
    program_spread: float
    settings_spread: float
    run_spread: float
    basis: str
    exponent: float | None = None
    exponent_spread: float = 0.0
    curve_spread: float = 0.0

    def power(self, load: float) -> Estimate:
        """Power in W while every thread is busy for `load` (0..1) of the time, with any program on them.

        Raises:
            BadInput: a load outside 0..1.
        """
        if not 0 <= load <= 1:
            raise BadInput(f"load is a share of all threads between 0 and 1, not {load}")
        watts = self._between_levels(self.levels, load)
        return self._estimate(1.0, load, 1.0, busy=_Busy(watts), program=self.program_spread)

    def idle_watts(self, share: float = 1.0) -> Estimate:
        """Power in W that `share` of the machine draws when nothing runs."""
        return self._estimate(1.0, 0.0, share, busy=_Busy(self.levels[0]), program=0.0)

    def energy(self, seconds: float, cpu_seconds: float, share: float = 1.0) -> Estimate:
        """Energy in J of `cpu_seconds` of work within `seconds`: the reserved share's idle plus the dynamic.

        `share` is the part of the machine that the work holds (its threads over all threads). The work is
        taken to keep as few threads busy as its CPU seconds allow: that draws more than `power` of its load.
        """
        load = self.load(seconds, cpu_seconds)
        return self._estimate(seconds, load, share, busy=self._busy(load), program=self.program_spread)

    def dynamic_energy(self, seconds: float, cpu_seconds: float) -> Estimate:
        """Energy in J above idle: what the machine drew more because this work ran (*marginal*)."""
        return self.energy(seconds, cpu_seconds, share=0.0)

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
            busy = self._busy(load)
            joules, gradient = self._gradient(seconds, load, part, busy)
            if joules <= 0:
                raise BadInput("the energy of a run that used no time is zero: it has no ratio")
            energies.append(joules)
            gradients.append([term / joules for term in gradient])
            dynamic = seconds * (busy.watts - self.levels[0])
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

        Its neighbours keep the machine awake and evenly loaded, so its own busy threads wake nothing.
        """
        levels = tuple(level * share for level in self.levels)
        return replace(self, levels=levels, threads=threads, exponent=None, exponent_spread=0.0)

    def at_clock(self, share: float, exponent: float, spread: float) -> Self:
        """This machine where a busy thread clocks at `share` of the CPU's highest clock (turbo off, a limit).

        The machine was modelled with turbo. At full load dynamic power goes down with `share` to `exponent`
        (whose standard deviation is `spread`); with fewer busy threads less, in proportion to the logarithm
        of their number, and for one not at all: most of what it draws is the machine awake.
        """
        log_share, idle = math.log(share), self.levels[0]
        levels = tuple(idle + (level - idle) * share**exponent for level in self.levels)
        doubt = tuple(spread * abs(log_share) * (level - idle) / level for level in levels)
        bent = self.exponent
        if bent is not None and self.threads > 1:
            bent = max(0.0, bent + exponent * log_share / math.log(self.threads))
        return replace(self, levels=levels, factors=(*self.factors, doubt), exponent=bent)

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
        known = {name: parameters[name] for name in cls.__dataclass_fields__ if name in parameters}
        return cls(**(known | tuples))

    @classmethod
    def of_meter(cls, parameters: Mapping[str, Any]) -> Self | None:
        """The model behind a meter's estimate, or that part of a combination; None for counters alone."""
        parts = (parameters, *parameters.get("parts", {}).values())
        return next((cls.from_parameters(part["model"]) for part in parts if "model" in part), None)

    def _busy(self, load: float) -> _Busy:
        """Power while a program's threads are busy, which make up `load` of the machine.

        Below one busy thread the machine is awake for part of the time only.
        """
        if self.exponent is None:
            return _Busy(self._between_levels(self.levels, load))
        one_thread = 1 / self.threads
        awake = max(load, one_thread)
        dynamic = (self.levels[-1] - self.levels[0]) * min(1.0, load / one_thread) * awake**self.exponent
        sway = dynamic * self.exponent * math.log(awake) * self.exponent_spread
        return _Busy(self.levels[0] + dynamic, sway)

    def _estimate(
        self, seconds: float, load: float, share: float, *, busy: _Busy, program: float
    ) -> Estimate:
        joules, gradient = self._gradient(seconds, load, share, busy)
        if joules == 0:
            return Estimate(0.0, 0.0, 0.0)
        dynamic = seconds * (busy.watts - self.levels[0])
        variance = sum((term / joules) ** 2 for term in gradient) + (program * dynamic / joules) ** 2
        return _lognormal(joules, math.sqrt(variance))

    def _gradient(self, seconds: float, load: float, share: float, busy: _Busy) -> tuple[float, list[float]]:
        """Energy in J, and by how many J it moves with each shared unknown's standard deviation."""
        idle = self.levels[0]
        joules = seconds * (share * idle + busy.watts - idle)
        factors = [
            seconds * (self._moved(row, load, busy) - (1 - share) * idle * row[0]) for row in self.factors
        ]
        curve = (busy.watts - idle) * self.curve_spread
        return joules, [*factors, seconds * busy.sway, seconds * curve]

    def _moved(self, row: tuple[float, ...], load: float, busy: _Busy) -> float:
        """By how many W the power of busy threads moves with a factor: as its idle and full power do."""
        if self.exponent is None:
            return busy.watts * self._between_levels(row, load)
        idle, full = self.levels[0], self.levels[-1]
        part = (busy.watts - idle) / (full - idle)
        return (1 - part) * idle * row[0] + part * full * row[-1]

    def _between_levels(self, values: tuple[float, ...], load: float) -> float:
        position = load * (len(values) - 1)
        below = min(int(position), len(values) - 2)
        return values[below] + (position - below) * (values[below + 1] - values[below])


@dataclass(frozen=True, slots=True)
class _Busy:
    """Power in W while work runs, and by how much it moves with the exponent's standard deviation."""

    watts: float
    sway: float = 0.0


def _lognormal(value: float, spread: float) -> Estimate:
    factor = math.exp(_Z95 * spread)
    return Estimate(value, value / factor, value * factor)
