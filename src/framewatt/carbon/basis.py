"""Two closed views of the same work, never mixed, and the blocks that the decision document carries.

*Attributional* (the default): the energy of all that is reserved, the grid's average, and M.
*Consequential*: what running this work changes: marginal energy, marginal intensity, and no M, which is sunk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from framewatt.carbon import sci
from framewatt.carbon.hardware import Hardware
from framewatt.carbon.sci import Footprint
from framewatt.carbon.sharing import BatchJob, Sharing, StoredSharing, resource_share, time_share
from framewatt.errors import BadInput
from framewatt.records import AuditWarning, GridIntensity, IntensityKind, Provenance, Quantity, Scope
from framewatt.records.arithmetic import why_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_REGION = "no region was given: pass --region or --intensity"
NO_HARDWARE = "the hardware is not described: add a [hardware] table to framewatt.toml"
SUNK = "the hardware exists either way: embodied emissions are sunk and no part of the consequential view"


class View(StrEnum):
    """Which question a score answers."""

    ATTRIBUTIONAL = "attributional"
    CONSEQUENTIAL = "consequential"


KIND_OF = {View.ATTRIBUTIONAL: IntensityKind.AVERAGE, View.CONSEQUENTIAL: IntensityKind.MARGINAL}
"""The kind of intensity that each view takes."""


@dataclass(frozen=True, slots=True)
class CarbonBasis:
    """All that turns energy and time into carbon; the same for every candidate of a study."""

    intensity: GridIntensity | None = None
    hardware: Hardware | None = None
    pue: Quantity = field(default_factory=sci.not_applicable_pue)
    sharing: Sharing = field(default_factory=BatchJob)
    view: View = View.ATTRIBUTIONAL
    no_intensity: str = NO_REGION
    no_hardware: str = NO_HARDWARE

    def intensity_that_counts(self) -> Quantity:
        """I, or unknown: without a region, and where it is of the other view's kind."""
        if self.intensity is None:
            return Quantity.unknown(sci.INTENSITY, self.no_intensity)
        wanted = KIND_OF[self.view]
        if self.intensity.kind is wanted:
            return self.intensity.quantity
        return Quantity.unknown(
            sci.INTENSITY,
            f"the {self.view.value} view needs the {wanted.value} intensity, and {self.intensity.source} "
            f"gives the {self.intensity.kind.value} one: the views are never mixed",
        )

    def machine(self) -> Hardware:
        """The hardware, or one of which all is unknown, with the reason."""
        if self.hardware is not None:
            return self.hardware
        total, lifespan, share = (Quantity.unknown(unit, self.no_hardware) for unit in (sci.GRAMS, "h", "1"))
        return Hardware(total, lifespan, share, "", "")

    def open_reason(self) -> str | None:
        """Why every score under this basis is open; None where energy and time are all that it takes."""
        operational = why_unknown(self.pue, self.intensity_that_counts())
        if self.view is View.CONSEQUENTIAL:
            return operational
        machine = self.machine()
        embodied = why_unknown(machine.total, machine.lifespan_hours, machine.reserved_share)
        return sci.why_open(operational, embodied)

    def charges_nothing(self) -> bool:
        """Whether every score under this basis is 0: no intensity, and no embodied emissions."""
        sunk = self.view is View.CONSEQUENTIAL
        return (sunk or self.machine().total.value == 0) and self.intensity_that_counts().value == 0


def basis_for(
    intensity: GridIntensity | None,
    hardware: Hardware | None = None,
    *,
    pue: float | None = None,
    view: View = View.ATTRIBUTIONAL,
    sharing: Sharing | None = None,
) -> CarbonBasis:
    """A basis from what a command was given: a stated PUE wins over the one its region's operator publishes.

    Raises:
        BadInput: a PUE below 1.
    """
    if pue is not None:
        chosen = Quantity(value=pue, unit="1", provenance=Provenance.DECLARED)
    elif intensity is not None and intensity.pue is not None:
        chosen = intensity.pue
    else:
        chosen = sci.not_applicable_pue()
    sci.check_pue(chosen)
    return CarbonBasis(intensity, hardware, chosen, sharing or BatchJob(), view)


def footprint(energy: Quantity, seconds: Quantity, basis: CarbonBasis) -> Footprint:
    """A candidate's score and parts per unit of work.

    Args:
        energy: Per unit at wall scope, in J or kWh: reserved for the attributional view, marginal for the
            consequential one.
        seconds: Wall time per unit (``s`` or ``s/...``, like the energy's unit).
        basis: Intensity, PUE, hardware, sharing and view.
    """
    part_o = sci.operational(energy, basis.intensity_that_counts(), basis.pue)
    part_m = _embodied(seconds, basis)
    if basis.view is View.CONSEQUENTIAL:
        return Footprint(part_o, part_o, part_m)
    return sci.score(part_o, part_m)


def carbon_cost(joules: float, seconds: float, basis: CarbonBasis) -> float:
    """One window's gCO2eq per unit, the race's cost under ``--objective carbon``.

    Raises:
        BadInput: the score would be open; a race cannot be decided by a figure that is not there.
    """
    energy = Quantity(value=joules, unit="J", provenance=Provenance.MEASURED, scope=Scope.WALL)
    time = Quantity(value=seconds, unit="s", provenance=Provenance.MEASURED)
    score = footprint(energy, time, basis).score
    if score.value is None:
        raise BadInput(f"--objective carbon cannot be decided: {score.reason}")
    return score.value


def carbon_block(basis: CarbonBasis) -> dict[str, Any]:
    """The decision document's ``carbon`` block: what every score of the study rests on."""
    known = basis.intensity
    quantity = known.quantity if known else Quantity.unknown(sci.INTENSITY, basis.no_intensity)
    return {
        "intensity": quantity.to_json(),
        "basis": known.basis if known else None,
        "kind": known.kind.value if known else None,
        "source": known.source if known else None,
        "year": known.year if known else None,
        "when": known.when if known else None,
        "region": known.region if known else None,
        "licence": known.licence if known else None,
        "pue": basis.pue.to_json(),
        "embodied": _embodied_block(basis),
        "view": basis.view.value,
        "warnings": list(known.warnings) if known else [],
    }


def basis_from(carbon: Mapping[str, Any]) -> CarbonBasis:
    """The basis that a ``carbon`` block was made from, so that a stored one needs no second look-up."""
    block, total = carbon["embodied"], Quantity.from_json(carbon["embodied"]["total"])
    hardware = Hardware(
        total=total,
        lifespan_hours=Quantity.from_json(block["lifespan"]),
        reserved_share=Quantity.from_json(block["reserved_share"]),
        description=block.get("description") or "",
        source=block.get("source") or "",
    )
    fixed = block.get("hours")
    return CarbonBasis(
        intensity=GridIntensity.from_json(carbon),
        hardware=None if block.get("description") is None else hardware,
        pue=Quantity.from_json(carbon["pue"]),
        sharing=StoredSharing(
            Quantity.from_json(fixed) if fixed else None, Quantity.from_json(block["part"]), block["sharing"]
        ),
        view=View(carbon.get("view", View.ATTRIBUTIONAL)),
        no_intensity=carbon["intensity"].get("reason") or NO_REGION,
        no_hardware=total.reason or NO_HARDWARE,
    )


def disagreement(
    attributional: Mapping[str, Quantity], consequential: Mapping[str, Quantity], margin: float = 0.0
) -> AuditWarning | None:
    """A warning where the two views would choose differently (scores by candidate), else None.

    Two candidates that lie within `margin` (a share) of each other in one of the views are no disagreement.
    """
    first, second = (_lowest(scores) for scores in (attributional, consequential))
    if first is None or second is None:
        return None
    if not (_worse(second, first, attributional, margin) and _worse(first, second, consequential, margin)):
        return None
    return AuditWarning(
        code="views-disagree",
        message=f"the attributional view chooses {first}, the consequential view {second}",
        remedy="report the attributional score; decide by the consequential one only where the hardware "
        "is held anyway and the question is what this work adds",
    )


def _lowest(scores: Mapping[str, Quantity]) -> str | None:
    known = {name: score.value for name, score in scores.items() if score.value is not None}
    return min(known, key=lambda name: known[name]) if known else None


def _worse(candidate: str, best: str, scores: Mapping[str, Quantity], margin: float) -> bool:
    own = scores[candidate].value if candidate in scores else None
    least = scores[best].value
    return own is None or least is None or own - least > margin * abs(least)


def _embodied(seconds: Quantity, basis: CarbonBasis) -> Quantity:
    per = seconds.unit.partition("/")[2]
    unit = f"{sci.GRAMS}/{per}" if per else sci.GRAMS
    if basis.view is View.CONSEQUENTIAL:
        return Quantity.unknown(unit, SUNK)
    if basis.hardware is None:
        return Quantity.unknown(unit, basis.no_hardware)
    share = time_share(basis.sharing, seconds, basis.hardware.lifespan_hours)
    reserved = resource_share(basis.sharing, basis.hardware.reserved_share)
    return sci.embodied(basis.hardware.total, share, reserved)


def _embodied_block(basis: CarbonBasis) -> dict[str, object]:
    machine, fixed = basis.machine(), basis.sharing.fixed_hours()
    return {
        "total": machine.total.to_json(),
        "lifespan": machine.lifespan_hours.to_json(),
        "reserved_share": machine.reserved_share.to_json(),
        "part": basis.sharing.part().to_json(),
        "description": machine.description if basis.hardware else None,
        "source": machine.source if basis.hardware else None,
        "sharing": basis.sharing.sentence(),
        **({"hours": fixed.to_json()} if fixed else {}),
    }
