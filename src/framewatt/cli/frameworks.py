"""List the frameworks that framewatt knows, what they accept, what they weigh, and their state here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import network_energy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.network import Network


@click.command(name="frameworks")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@network_energy
@click.option("--write-locks", type=click.Path(), help="Resolve every environment anew and write the locks.")
def command(output: str, network_energy: str | None, write_locks: str | None) -> None:
    """List the frameworks: what each accepts, what getting it takes, and whether it is built here."""
    from framewatt.carbon.network import network_of
    from framewatt.discovery import discover

    if write_locks is not None:
        _write_locks(write_locks)
        return
    network = network_of(network_energy)
    rows = [_row(plugin, network) for plugin in discover("frameworks").values()]
    told = {"intensity": network.intensity.to_json(), "source": network.source}
    if output == "json":
        document = {"schema": "framewatt/frameworks/1", "network": told, "frameworks": rows}
        click.echo(json.dumps(document, indent=2))
        return
    _show(rows, told)


def _row(plugin: Any, network: Network) -> dict[str, Any]:
    from framewatt.candidates import environments
    from framewatt.candidates.locks import locked_bytes
    from framewatt.records import Provenance, Quantity

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


def _show(rows: list[dict[str, Any]], network: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from framewatt.carbon.network import described
    from framewatt.records.units import format_energy

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for title in ("  name", "version"):
        table.add_column(title, no_wrap=True)
    table.add_column("accepts", overflow="fold")
    for title in ("download", "network", "built"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        name, accepts = ("* " if row["default"] else "  ") + row["name"], ", ".join(row["accepts"])
        weight, energy = _size(row["download_bytes"]), format_energy(row["download_energy"]["value"])
        built = "yes" if row["state"] == "built" else "no"
        table.add_row(name, row["version"], accepts, weight, energy, built)
    console.print(table)
    console.print("  * races unless --frameworks names others", style="dim")
    console.print(escape(f"  network: {described(network)}"), style="dim")


def _size(count: int | None) -> str:
    from framewatt.records.units import format_bytes

    return "unknown" if count is None else format_bytes(count)


def _write_locks(path: str) -> None:
    from dataclasses import replace
    from pathlib import Path

    from framewatt.candidates import environments, resolution
    from framewatt.candidates.locks import LockedEnvironment, public_versions, write_locks
    from framewatt.discovery import discover

    locks = {}
    for plugin in discover("frameworks").values():
        for role in plugin.module.PACKAGES:
            spec = environments.spec_for(plugin, plugin.module.VERSION, role)
            found = resolution.resolve(replace(spec, constraints=()))
            pins = public_versions(found.packages.items())
            locks[plugin.name, role] = LockedEnvironment(pins, found.download_bytes)
            click.echo(f"{plugin.name} {role}: {len(pins)} packages, {_size(found.download_bytes)}", err=True)
    write_locks(Path(path), locks)
