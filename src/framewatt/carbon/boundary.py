"""A software boundary of several components over one period, with one functional unit for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.carbon import sci
from framewatt.errors import BadInput
from framewatt.records import Quantity
from framewatt.records.arithmetic import exact, product, quotient

if TYPE_CHECKING:
    from framewatt.carbon.sci import Footprint
    from framewatt.records import GridIntensity


@dataclass(frozen=True, slots=True)
class Component:
    """One kind of hardware in the boundary: what it used, and what it is, each per piece.

    `energy` is kWh at wall scope over the period, `reserved` the hours it was held, `resource_share` RS.
    """

    name: str
    energy: Quantity
    pue: Quantity
    total_embodied: Quantity
    lifespan: Quantity
    reserved: Quantity
    resource_share: Quantity
    count: float = 1.0
    energy_source: str = "declared by the user"
    embodied_source: str = "declared by the user"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Components, the intensity of their electricity, and R: `units.unit` is its name."""

    components: tuple[Component, ...]
    units: Quantity
    intensity: GridIntensity | None
    no_intensity: str = "no carbon intensity was given: pass --region or --intensity"
    warnings: tuple[str, ...] = ()

    def intensity_quantity(self) -> Quantity:
        """I, or unknown with the reason."""
        if self.intensity is None:
            return Quantity.unknown(sci.INTENSITY, self.no_intensity)
        return self.intensity.quantity


@dataclass(frozen=True, slots=True)
class Assessment:
    """The score per R, the period's parts, and each component's own."""

    per_unit: Footprint
    period: Footprint
    components: tuple[Footprint, ...]


def assess(boundary: Boundary) -> Assessment:
    """Score a boundary: every component's O and M, their sums, and the sums per unit of R.

    Raises:
        BadInput: no component, a PUE below 1, RS outside (0, 1], R = 0, a negative figure.
    """
    if not boundary.components:
        raise BadInput("the boundary has no component: a score needs at least one")
    parts = tuple(_component(item, boundary.intensity_quantity()) for item in boundary.components)
    period = sci.combined(parts) if len(parts) > 1 else parts[0]
    return Assessment(sci.per_unit(period, boundary.units), period, parts)


def facility_energy(component: Component) -> Quantity:
    """The component's energy with its facility's overhead, all pieces together, in kWh."""
    return product(sci.KWH, component.energy, component.pue, exact(component.count, "1"))


def _component(item: Component, intensity: Quantity) -> Footprint:
    count = exact(item.count, "1")
    operational = product(sci.GRAMS, sci.operational(item.energy, intensity, item.pue), count)
    share = quotient("1", item.reserved, item.lifespan)
    embodied = product(sci.GRAMS, sci.embodied(item.total_embodied, share, item.resource_share), count)
    return sci.score(operational, embodied)
