"""Several meters of one scope as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.accounting import reserved_shares
from framewatt.records import MeterDescription, MeterReading, Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.contracts import Meter
    from framewatt.records import Usage

_WEAKEST_FIRST = tuple(reversed(Provenance))


def combine(meters: Sequence[Meter]) -> Meter:
    """One meter out of several of one scope; a single one stays itself.

    Raises:
        BadInput: wall and package joules would be added.
    """
    if len(meters) == 1:
        return meters[0]
    if len({meter.description.scope for meter in meters}) > 1:
        named = ", ".join(f"{m.description.name} ({m.description.scope})" for m in meters)
        raise BadInput(f"joules of different scopes do not add up: {named}; name meters of one scope")
    return CombinedMeter(meters)


class CombinedMeter:
    """Meters of one scope that cover different parts of a machine, opened and closed together."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = meters
        self.minimum_window_seconds = max(meter.minimum_window_seconds for meter in meters)
        parts = [meter.description for meter in meters]
        shares = (part.parameters.get("reserved_share") for part in parts)
        self.description = MeterDescription(
            name="+".join(part.name for part in parts),
            scope=parts[0].scope,
            domains=tuple(domain for part in parts for domain in part.domains),
            provenance=min((part.provenance for part in parts), key=_WEAKEST_FIRST.index),
            parameters={
                "reserved_share": next((share for share in shares if share is not None), 1.0),
                "reserved_shares": {
                    domain: share for part in parts for domain, share in reserved_shares(part).items()
                },
                "held_whole": [domain for part in parts for domain in part.parameters.get("held_whole", ())],
                "parts": {part.name: part.parameters for part in parts},
                "provenances": {domain: part.provenance.value for part in parts for domain in part.domains},
            },
        )

    def start(self) -> None:
        """Open a window on every meter."""
        for meter in self._meters:
            meter.start()

    def stop(self, usage: Usage) -> MeterReading:
        """Close the window; it is valid only if every part is."""
        readings = [meter.stop(usage) for meter in reversed(self._meters)][::-1]
        return MeterReading(
            joules={domain: energy for reading in readings for domain, energy in reading.joules.items()},
            faults={domain: fault for reading in readings for domain, fault in reading.faults.items()},
            invalid=next((reading.invalid for reading in readings if reading.invalid), None),
        )

    def idle_watts(self) -> dict[str, float] | None:
        """Idle power by domain if every meter knows its own, else it is to be measured."""
        known = [meter.idle_watts() for meter in self._meters]
        if any(idle is None for idle in known):
            return None
        return {domain: watts for idle in known for domain, watts in (idle or {}).items()}

    def close(self) -> None:
        """Close every meter."""
        for meter in self._meters:
            meter.close()
