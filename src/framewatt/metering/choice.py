"""Choosing meters: the best that works here, the one that was named, or several that add up."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from framewatt import discovery as plugins
from framewatt.errors import BadInput
from framewatt.metering.accounting import reserved_shares
from framewatt.records import MeterDescription, MeterReading, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from framewatt.contracts import Meter, MeterPlugin
    from framewatt.records import Host, Usage

_WEAKEST_FIRST = tuple(reversed(Provenance))
_COUNTED = {"cpu", "dram", "gpu"}


def choose_meter(name: str | None, host: Host, *, reserved_cpus: int | None = None) -> Meter:
    """The named meter (``rapl``, or several: ``rapl+nvml``), else the best that works here.

    `reserved_cpus` says how many of the host's CPUs the work holds (all by default).

    Raises:
        BadInput: an unknown meter, one that does not work here, or meters that do not add up.
    """
    chosen = _named(name.split("+"), host) if name else best(host)
    return combine([plugin.open_meter(host, reserved_cpus) for plugin in chosen.values()])


def best(host: Host) -> dict[str, MeterPlugin]:
    """The meters that together cover most of this machine, by the highest ranks; one scope, no overlap."""
    working = {
        name: plugin
        for name, plugin in all_meters().items()
        if plugin.COVERS and not plugin.unavailable(host)
    }
    sets = [
        dict(pair)
        for size in (1, 2, 3)
        for pair in combinations(working.items(), size)
        if _add_up(dict(pair))
    ]
    return max(sets, key=lambda chosen: _merit(chosen.values()))


def all_meters() -> dict[str, MeterPlugin]:
    """Every meter that framewatt knows, working here or not."""
    found = plugins.discover("meters")
    return {name: cast("MeterPlugin", plugin.module) for name, plugin in found.items()}


def reading_notes(parameters: Mapping[str, Any]) -> list[str]:
    """What a meter said when it was opened that its readings cover beyond, or short of, the work."""
    parts = parameters.get("parts", {}).values()
    noted = [own.get("notes", {}) for own in (parameters, *parts)]
    return [f"{domain}: {note}" for notes in noted for domain, found in notes.items() for note in found]


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


def _named(names: Iterable[str], host: Host) -> dict[str, MeterPlugin]:
    chosen: dict[str, MeterPlugin] = {}
    for name in names:
        plugin = cast("MeterPlugin", plugins.find("meters", name).module)
        refusal = plugin.unavailable(host)
        if refusal:
            raise BadInput(f"meter {name} does not work here: {refusal[0]}; {refusal[1]}")
        chosen[name] = plugin
    kinds = [kind for plugin in chosen.values() for kind in plugin.COVERS]
    if len(chosen) > 1 and len(kinds) > len(set(kinds)):
        raise BadInput(
            f"{'+'.join(chosen)} would count the same part of the machine twice; name fewer meters"
        )
    return chosen


def _add_up(chosen: Mapping[str, MeterPlugin]) -> bool:
    kinds = [kind for plugin in chosen.values() for kind in plugin.COVERS]
    return len({plugin.SCOPE for plugin in chosen.values()}) == 1 and len(kinds) == len(set(kinds))


def _merit(chosen: Iterable[MeterPlugin]) -> tuple[int, int]:
    members = list(chosen)
    covered = {kind for plugin in members for kind in plugin.COVERS} & _COUNTED
    return len(covered), sum(plugin.RANK for plugin in members)
