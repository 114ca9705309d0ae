"""The machine whose embodied emissions a study is charged for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewatt.records import Quantity


@dataclass(frozen=True, slots=True)
class Hardware:
    """TE (gCO2eq, low-high), EL (hours) and the part of the machine that is reserved (RS, before sharing)."""

    total: Quantity
    lifespan_hours: Quantity
    reserved_share: Quantity
    description: str
    source: str
