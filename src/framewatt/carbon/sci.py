"""SCI = ((E * I) + M) per R, with M = TE * TS * RS: the specification's formulas and nothing else.

Source: Green Software Foundation, Software Carbon Intensity Specification 1.1.0 (ISO/IEC 21031:2024).
E in kWh, I in gCO2eq/kWh, O, M and TE in gCO2eq, times in hours; PUE, TS and RS are plain ratios.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity, Scope
from framewatt.records.arithmetic import product, quotient, total, why_unknown
from framewatt.records.units import JOULES_PER_KWH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRAMS = "gCO2eq"
KWH = "kWh"
INTENSITY = "gCO2eq/kWh"

_KWH_PER = {"J": 1 / JOULES_PER_KWH, "Wh": 1e-3, "kWh": 1.0}


@dataclass(frozen=True, slots=True)
class Footprint:
    """A score and its two parts, all per the same amount of work.

    The score is unknown where a part is: an operational part alone is no SCI.
    """

    score: Quantity
    operational: Quantity
    embodied: Quantity

    @classmethod
    def from_json(cls, block: Mapping[str, Any]) -> Self:
        """A candidate's ``sci`` block of a stored document."""
        return cls(*(Quantity.from_json(block[part]) for part in ("score", "operational", "embodied")))

    def to_json(self) -> dict[str, object]:
        """A candidate's ``sci`` block."""
        return {
            "score": self.score.to_json(),
            "operational": self.operational.to_json(),
            "embodied": self.embodied.to_json(),
        }


def operational(energy: Quantity, intensity: Quantity, pue: Quantity) -> Quantity:
    """O = E * PUE * I.

    Args:
        energy: At wall scope, in J, Wh or kWh, optionally per unit of work (``J/sample``).
        intensity: In gCO2eq/kWh, location-based.
        pue: Power usage effectiveness of the facility, at least 1.

    Returns:
        gCO2eq (``gCO2eq/sample`` for ``J/sample``). Unknown when an input is, or when the energy covers only
        the processor package: SCI counts all the hardware that is reserved.

    Raises:
        BadInput: a negative figure, or a PUE below 1.
    """
    check_pue(pue)
    unit, factor = energy_unit(energy.unit)
    if energy.value is not None and energy.scope is not Scope.WALL:
        scope = f"{energy.scope.value} scope" if energy.scope else "a scope that is not stated"
        return Quantity.unknown(
            unit,
            f"the energy has {scope}, and SCI needs wall scope: declare the rest of the platform "
            "(fans, board, disks, power supply) first",
            scope=energy.scope,
        )
    return product(unit, energy.scaled(factor, KWH), pue, intensity, scope=energy.scope)


def embodied(total_embodied: Quantity, time_share: Quantity, resource_share: Quantity) -> Quantity:
    """M = TE * TS * RS.

    Args:
        total_embodied: TE of the hardware in gCO2eq.
        time_share: TS = time reserved / expected lifespan; its unit may be per unit of work (``1/sample``).
        resource_share: RS = resources reserved / total resources, above 0 and at most 1.

    Raises:
        BadInput: a negative figure, or RS outside (0, 1].
    """
    check_share(resource_share)
    per = time_share.unit.partition("/")[2]
    unit = f"{GRAMS}/{per}" if per else GRAMS
    return product(unit, total_embodied, time_share, resource_share)


def score(operational_part: Quantity, embodied_part: Quantity) -> Footprint:
    """SCI of parts that are already per unit of R: their sum, open where a part is open."""
    unit = operational_part.unit
    reason = why_open(why_unknown(operational_part), why_unknown(embodied_part))
    summed = Quantity.unknown(unit, reason) if reason else total(unit, operational_part, embodied_part)
    return Footprint(summed, operational_part, embodied_part)


def why_open(operational_reason: str | None, embodied_reason: str | None) -> str | None:
    """Why a score is open, from why its parts are; None where both are known."""
    named = {"no carbon intensity": operational_reason, "M is open": embodied_reason}
    reasons = [f"{name}: {reason}" for name, reason in named.items() if reason]
    known = "" if operational_reason else " (operational only)"
    return "; ".join(reasons) + known if reasons else None


def per_unit(footprint: Footprint, units: Quantity) -> Footprint:
    """The footprint of a whole period per unit of R.

    Raises:
        BadInput: R is 0.
    """
    if units.value is not None and units.ends()[1] == 0:
        raise BadInput("R = 0: a score is per unit of work, so at least one unit must have been done")
    unit = f"{GRAMS}/{units.unit}"
    parts = (footprint.score, footprint.operational, footprint.embodied)
    return Footprint(*(quotient(unit, part, units) for part in parts))


def combined(footprints: Sequence[Footprint]) -> Footprint:
    """Several components of one boundary: parts are added, and one open part leaves its sum open."""
    unit = footprints[0].operational.unit
    return score(
        total(unit, *(item.operational for item in footprints)),
        total(unit, *(item.embodied for item in footprints)),
    )


def check_pue(pue: Quantity) -> None:
    """Refuse a PUE below 1: a facility cannot draw less than the machines inside it."""
    if pue.value is not None and (low := pue.ends()[1]) < 1:
        raise BadInput(f"PUE {low:g} is below 1: a facility draws at least what its machines draw")


def check_share(share: Quantity) -> None:
    """Refuse a resource share outside (0, 1]."""
    if share.value is not None:
        _, low, high = share.ends()
        if low <= 0 or high > 1:
            raise BadInput(
                f"resource share {share.value:g}: RS is the reserved part of a whole, above 0 up to 1"
            )


def check_lifespan(lifespan: Quantity) -> None:
    """Refuse a lifespan that is or may be 0: TS is a time over it."""
    if lifespan.value is not None and lifespan.ends()[1] == 0:
        raise BadInput("lifespan 0 h: TS is the reserved time over the lifespan, which must be above 0")


def not_applicable_pue() -> Quantity:
    """PUE 1 where no facility was named, and the reason that the report gives."""
    return Quantity(
        value=1.0,
        unit="1",
        provenance=Provenance.DECLARED,
        reason="no data centre was named, so its overhead is not counted",
    )


def energy_unit(unit: str) -> tuple[str, float]:
    """The unit of the emissions of an energy in `unit` (``J/sample`` to ``gCO2eq/sample``), and kWh per it.

    Raises:
        BadInput: not a unit of energy.
    """
    name, _, per = unit.partition("/")
    if name not in _KWH_PER:
        raise BadInput(f"an energy in {unit!r}: use one of {', '.join(_KWH_PER)}")
    return (f"{GRAMS}/{per}" if per else GRAMS), _KWH_PER[name]
