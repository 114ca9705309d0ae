"""pint's units as framewatt takes them; importing pint takes longer than most commands take to run."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint


@cache
def unit_registry() -> pint.UnitRegistry[Any]:
    """The registry, in which a year has 8,760 hours and a month 730."""
    import pint  # noqa: PLC0415 - see the module's line

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(on_redefinition="ignore")
    registry.define("year = 8760 * hour = a = yr")
    registry.define("month = 730 * hour")
    return registry
