"""How uncertain a ratio of two candidates' carbon is, beyond the noise of their runs (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from framewatt.carbon.basis import footprint
from framewatt.records import Estimate, Provenance, Quantity, Scope

if TYPE_CHECKING:
    from framewatt.carbon.basis import CarbonBasis


@dataclass(frozen=True, slots=True)
class CarbonRates:
    """What a joule and a second of the held machine cost, in gCO2eq: value, low and high of each."""

    per_joule: tuple[float, float, float]
    per_second: tuple[float, float, float]

    def joules(self, grams: float, seconds: float) -> float:
        """The energy of work that took `seconds` and cost `grams`, in J."""
        return (
            max(grams - self.per_second[0] * seconds, 0.0) / self.per_joule[0] if self.per_joule[0] else 0.0
        )

    def ratio(
        self,
        a: tuple[float, float],
        b: tuple[float, float],
        energy_ratio: Estimate | None = None,
        energy: Estimate | None = None,
    ) -> Estimate:
        """Carbon of `a` over carbon of `b`, each (joules, seconds), with its ends.

        Grid, hardware and the energy model's scale are the same for both, so they enter only as far as the
        two split differently into energy and time. The ratio rises or falls in each of them: its ends lie at
        the corners.

        Args:
            a: Joules and seconds of the first.
            b: Joules and seconds of the other.
            energy_ratio: An estimate's doubt about the ratio of their energies; None where both were counted.
            energy: Its doubt about the energy of `b`; None where that was counted.
        """
        between, scale = _relative(energy_ratio), _relative(energy)
        corners = [
            _over(a, b, (grams * level, second), tilt)
            for grams, level, second, tilt in product(self.per_joule[1:], scale, self.per_second[1:], between)
        ]
        value = _over(a, b, (self.per_joule[0], self.per_second[0]), 1.0)
        return Estimate(value, min(value, *corners), max(value, *corners))


def carbon_rates(basis: CarbonBasis) -> CarbonRates:
    """What a joule at the wall and a second cost under a basis whose score is closed.

    Raises:
        BadInput: a part of the score is not known.
    """
    energy = Quantity(1.0, "J", Provenance.MEASURED, scope=Scope.WALL)
    emitted = footprint(energy, Quantity(1.0, "s", Provenance.MEASURED), basis)
    return CarbonRates(emitted.operational.ends(), emitted.embodied.ends())


def _relative(estimate: Estimate | None) -> tuple[float, float]:
    return (1.0, 1.0) if estimate is None else (estimate.low / estimate.value, estimate.high / estimate.value)


def _over(a: tuple[float, float], b: tuple[float, float], rates: tuple[float, float], tilt: float) -> float:
    return (rates[0] * a[0] * tilt + rates[1] * a[1]) / (rates[0] * b[0] + rates[1] * b[1])
