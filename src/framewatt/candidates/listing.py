"""Every framework as a list: what each accepts, what getting it takes, its state here; and the locks anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.candidates import environments, resolution
from framewatt.candidates.locks import LockedEnvironment, locked_bytes, public_versions, write_locks
from framewatt.discovery import discover
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from framewatt.carbon.network import Network
    from framewatt.discovery import Plugin
    from framewatt.records import Json


def frameworks_document(network: Network) -> Json:
    """All of them as ``framewatt/frameworks/1``."""
    return {
        "schema": "framewatt/frameworks/1",
        "network": {"intensity": network.intensity.to_json(), "source": network.source},
        "frameworks": [_row(plugin, network) for plugin in discover("frameworks").values()],
    }


def _row(plugin: Plugin, network: Network) -> Json:
    module = plugin.module
    built = environments.state(environments.spec_for(plugin, module.VERSION, "runtime"))
    weight = locked_bytes(plugin.name)
    size = (
        Quantity.unknown("B", "its packages are not locked: they are resolved when it is built")
        if weight is None
        else Quantity(float(weight), "B", Provenance.PUBLISHED)
    )
    return {
        "name": plugin.name,
        "title": module.TITLE,
        "version": module.VERSION,
        "accepts": list(module.ACCEPTS),
        "default": module.LIGHT,
        "settings": {name: list(values) for name, values in module.SETTINGS.items()},
        "state": "built" if built else "not built",
        "download_bytes": weight,
        "download_energy": network.energy(size).to_json(),
        "installed_bytes": built.installed_bytes if built else None,
    }


def rewrite_locks(path: Path, watch: Callable[[str, str, LockedEnvironment], None]) -> None:
    """Resolve every environment anew and write the locks to `path`; `watch` sees each framework, role, lock.

    Raises:
        EnvironmentFailed: one of them cannot be resolved.
        StoreError: the file cannot be written.
    """
    locks = {}
    for plugin in discover("frameworks").values():
        for role in plugin.module.PACKAGES:
            spec = environments.spec_for(plugin, plugin.module.VERSION, role)
            resolved = resolution.resolve(replace(spec, constraints=()))
            pins = public_versions(resolved.packages.items())
            locks[plugin.name, role] = LockedEnvironment(pins, resolved.download_bytes)
            watch(plugin.name, role, locks[plugin.name, role])
    write_locks(path, locks)
