"""List the frameworks that framewatt knows, what they accept, their size, and their state here."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@click.command(name="frameworks")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
@click.option("--write-locks", type=click.Path(), help="Resolve every environment anew and write the locks.")
def command(output: str, write_locks: str | None) -> None:
    """List the frameworks: what each accepts, what it weighs, and whether it is built here."""
    from framewatt.plugins import discover

    if write_locks is not None:
        _write_locks(write_locks)
        return
    rows = [_row(plugin) for plugin in discover("frameworks").values()]
    if output == "json":
        click.echo(json.dumps({"schema": "framewatt/frameworks/1", "frameworks": rows}, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("name", "framework", "version", "accepts", "set", "download", "state"):
        table.add_column(title, no_wrap=title != "framework")
    for row in rows:
        accepts, group = ", ".join(row["accepts"]), "default" if row["default"] else "all"
        download = _size(row["download_bytes"])
        table.add_row(row["name"], row["title"], row["version"], accepts, group, download, row["state"])
    Console(highlight=False).print(table)


def _row(plugin: Any) -> dict[str, Any]:
    from framewatt import environments
    from framewatt.locks import locked_bytes

    module = plugin.module
    built = environments.state(environments.spec_for(plugin, module.VERSION, "runtime"))
    return {
        "name": plugin.name,
        "title": module.TITLE,
        "version": module.VERSION,
        "accepts": list(module.ACCEPTS),
        "default": module.LIGHT,
        "settings": {name: list(values) for name, values in module.SETTINGS.items()},
        "state": "built" if built else "not built",
        "download_bytes": locked_bytes(plugin.name),
        "installed_bytes": built.installed_bytes if built else None,
    }


def _size(count: int | None) -> str:
    from framewatt.units import format_bytes

    return "unknown" if count is None else format_bytes(count)


def _write_locks(path: str) -> None:
    from dataclasses import replace
    from pathlib import Path

    from framewatt import environments, resolution
    from framewatt.locks import LockedEnvironment, public_versions, write_locks
    from framewatt.plugins import discover

    locks = {}
    for plugin in discover("frameworks").values():
        for role in plugin.module.PACKAGES:
            spec = environments.spec_for(plugin, plugin.module.VERSION, role)
            found = resolution.resolve(replace(spec, constraints=()))
            pins = public_versions(found.packages.items())
            locks[plugin.name, role] = LockedEnvironment(pins, found.download_bytes)
            click.echo(f"{plugin.name} {role}: {len(pins)} packages, {_size(found.download_bytes)}", err=True)
    write_locks(Path(path), locks)
