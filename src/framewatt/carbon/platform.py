"""What a package counter does not see, as a component of its own: fans, board, disks, power supply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.interval import ends, total
from framewatt.records import Provenance, Quantity, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPONENT = "platform remainder"
KEY = "platform_remainder_per_unit"
"""Where a candidate of a decision document declares it."""
_PACKAGE_SHARE_LOW, _PACKAGE_SHARE_HIGH = 0.68, 0.80
SOURCE = (
    "package and GPU counters read 0.68 to 0.80 of the wall in published comparisons with a wattmeter; "
    "the rest is fans, board, disks and power supply"
)
_NOTHING_MISSING = "the energy is the wall's: nothing of the platform is left out of it"


def platform_remainder(package: Quantity) -> Quantity:
    """Energy between the package counters and the wall, in the unit of `package`, as a low-high range.

    Its ends lie at the ends of `package`. Unknown where `package` is, or is of the wall's scope already.
    """
    if package.scope is not Scope.PACKAGE:
        return Quantity.unknown(package.unit, _NOTHING_MISSING, scope=Scope.WALL)
    if package.value is None:
        return Quantity.unknown(package.unit, package.reason or "not known", scope=Scope.WALL)
    value, low, high = ends(package)
    least, most = 1 / _PACKAGE_SHARE_HIGH - 1, 1 / _PACKAGE_SHARE_LOW - 1
    return Quantity(
        value=value * (least + most) / 2,
        unit=package.unit,
        provenance=Provenance.PUBLISHED,
        low=low * least,
        high=high * most,
        scope=Scope.WALL,
        reason=SOURCE,
    )


def at_the_wall(energy: Quantity) -> Quantity:
    """Energy at the wall's scope: package energy and its platform remainder; other energy as it is."""
    if energy.scope is not Scope.PACKAGE or energy.value is None:
        return energy
    return total(energy.unit, energy, platform_remainder(energy), scope=Scope.WALL)


def platform_notice(meter: Mapping[str, str]) -> str | None:
    """What a reader of scores must know of a meter of the package's scope; None for the wall's."""
    if meter["scope"] != Scope.PACKAGE:
        return None
    return (
        f"{meter['name']} reads the processors' packages; scores add a {COMPONENT} of "
        f"{100 / _PACKAGE_SHARE_HIGH - 100:.0f} to {100 / _PACKAGE_SHARE_LOW - 100:.0f} % ({SOURCE})"
    )
