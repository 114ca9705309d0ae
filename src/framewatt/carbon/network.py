"""What moving bytes over the internet takes: a declared factor, since nothing here can meter routers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.records import Provenance, Quantity, Scope
from framewatt.records.parsing import parse_quantity
from framewatt.records.units import JOULES_PER_KWH

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOW = 0.06 / 2 ** ((2022 - 2015) / 2)
_HIGH = 0.059
_BYTES_PER_GB = 1e9


@dataclass(frozen=True, slots=True)
class Network:
    """Electricity per data volume, `intensity` in kWh/GB, and where the figure comes from."""

    intensity: Quantity
    source: str

    def energy(self, size: Quantity) -> Quantity:
        """What `size` bytes take in the network's equipment, in J: a component of its own, never metered."""
        if size.value is None:
            return Quantity.unknown("J", str(size.reason), scope=Scope.WALL)
        scale = size.value / _BYTES_PER_GB * JOULES_PER_KWH
        ends = (
            None if end is None else end * scale
            for end in (self.intensity.value, self.intensity.low, self.intensity.high)
        )
        value, low, high = ends
        reason = "bytes x the network's kWh/GB; drawn in the network, not on this machine"
        return Quantity(value, "J", self.intensity.provenance, low, high, Scope.WALL, reason)


PUBLISHED = Network(
    Quantity((_LOW + _HIGH) / 2, "kWh/GB", Provenance.PUBLISHED, _LOW, _HIGH),
    "Aslan et al. 2018 (doi:10.1111/jiec.12630), trend extended to 2022, to Sustainable Web Design Model v4",
)
"""From fixed lines (0.06 kWh/GB in 2015, halved about every two years) to the average of all networks.

Both ends are for 2022 and count the networks' operation alone: no data centre, no device, nothing embodied.
That the study's trend, found for 2000 to 2015, went on until 2022 is an assumption of this range.
"""


def described(network: Mapping[str, Any]) -> str:
    """The factor of a document's ``network`` entry for people: value, range, provenance, source."""
    factor = network["intensity"]
    ends = [f"{factor[end]:.2g}" for end in ("low", "high") if factor[end] is not None]
    span = f" ({' to '.join(ends)})" if ends else ""
    return f"{factor['value']:.2g}{span} kWh/GB, {factor['provenance']}: {network['source']}"


def network_of(stated: str | float | None) -> Network:
    """The network of a stated factor (``0.02``, ``0.01..0.06 kWh/GB``), or the published range.

    Raises:
        BadInput: not such a figure.
    """
    if stated is None:
        return PUBLISHED
    factor = parse_quantity(stated, "kWh/GB", "--network-energy")
    return Network(factor, "declared by the user")
