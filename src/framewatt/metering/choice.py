"""Choosing meters: the best that works here, the one that was named, or several that add up."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from framewatt import discovery as plugins
from framewatt.errors import BadInput
from framewatt.metering.combined import combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from framewatt.contracts import Meter, MeterPlugin
    from framewatt.records import Host

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
    meters = plugins.discover("meters")
    return {name: cast("MeterPlugin", plugin.module) for name, plugin in meters.items()}


def reading_notes(parameters: Mapping[str, Any]) -> list[str]:
    """What a meter said when it was opened that its readings cover beyond, or short of, the work."""
    parts = parameters.get("parts", {}).values()
    noted = [own.get("notes", {}) for own in (parameters, *parts)]
    return [f"{domain}: {note}" for notes in noted for domain, texts in notes.items() for note in texts]


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
