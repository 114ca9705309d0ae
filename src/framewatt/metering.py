"""Choosing meters: the best that works here, the one that was named, or several that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from framewatt import plugins
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from framewatt.contracts import Meter, MeterPlugin
    from framewatt.records import Host


def choose_meter(name: str | None, host: Host, *, reserved_cpus: int | None = None) -> Meter:
    """The named meter, else the best that works here.

    `reserved_cpus` says how many of the host's CPUs the work holds (all by default).

    Raises:
        BadInput: an unknown meter, or one that does not work here, with the remedy.
    """
    if name is None:
        return _best(host).open_meter(host, reserved_cpus)
    plugin = cast("MeterPlugin", plugins.find("meters", name).module)
    refusal = plugin.unavailable(host)
    if refusal:
        raise BadInput(f"meter {name} does not work here: {refusal[0]}; {refusal[1]}")
    return plugin.open_meter(host, reserved_cpus)


def _best(host: Host) -> MeterPlugin:
    found = [cast("MeterPlugin", plugin.module) for plugin in plugins.discover("meters").values()]
    working = [plugin for plugin in found if plugin.unavailable(host) is None]
    return max(working, key=lambda plugin: plugin.RANK)
