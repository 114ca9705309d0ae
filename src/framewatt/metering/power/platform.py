"""What a package counter does not see: fans, board, disks, power supply."""

from __future__ import annotations

from framewatt.records import Provenance, Quantity, Scope

_PACKAGE_SHARE_LOW, _PACKAGE_SHARE_HIGH = 0.68, 0.80
SOURCE = (
    "CodeCarbon with package and GPU counters read 0.68 to 0.80 of a wattmeter, by kind of work, on one "
    "workstation (Fischer 2025, arXiv:2509.22092, and its logged runs); the rest is fans, board, disks and "
    "power supply"
)


def platform_remainder(package_joules: float) -> Quantity:
    """Energy in J between the package counters and the wall, as a low-high component of its own.

    SCI needs the wall's scope: this is shown, and added, under its own name, never silently.
    """
    low = package_joules * (1 / _PACKAGE_SHARE_HIGH - 1)
    high = package_joules * (1 / _PACKAGE_SHARE_LOW - 1)
    return Quantity(
        value=(low + high) / 2,
        unit="J",
        provenance=Provenance.PUBLISHED,
        low=low,
        high=high,
        scope=Scope.WALL,
        reason=SOURCE,
    )
