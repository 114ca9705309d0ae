"""List the frameworks that framewatt knows, what they accept, their size, and their state here."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@click.command(name="frameworks")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
def command(output: str) -> None:
    """List the frameworks: what each accepts, what it weighs, and whether it is built here."""
    from framewatt.plugins import discover

    rows = [_row(plugin) for plugin in discover("frameworks").values()]
    if output == "json":
        click.echo(json.dumps({"schema": "framewatt/frameworks/1", "frameworks": rows}, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("name", "framework", "version", "accepts", "set", "download", "state"):
        table.add_column(title)
    for row in rows:
        accepts, group = ", ".join(row["accepts"]), "default" if row["default"] else "all"
        download = _size(row["download_bytes"])
        table.add_row(row["name"], row["title"], row["version"], accepts, group, download, row["state"])
    Console(highlight=False).print(table)


def _row(plugin: Any) -> dict[str, Any]:
    from framewatt import environments

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
        "download_bytes": built.download_bytes if built else None,
        "installed_bytes": built.installed_bytes if built else None,
    }


def _size(count: int | None) -> str:
    from framewatt.units import format_bytes

    return "unknown until built" if count is None else format_bytes(count)
