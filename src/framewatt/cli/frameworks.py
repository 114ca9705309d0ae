"""List the frameworks that framewatt knows, what they accept, what they weigh, and their state here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framewatt.cli._options import declared, format_option

if TYPE_CHECKING:
    from framewatt.candidates.locks import LockedEnvironment


@click.command(name="frameworks")
@format_option("text", "json")
@declared("network_energy")
@click.option(
    "--write-locks",
    type=click.Path(path_type=Path),
    help="Resolve every environment anew and write the locks.",
)
def command(output: str, network_energy: str | None, write_locks: Path | None) -> None:
    """List the frameworks: what each accepts, what getting it takes, and whether it is built here."""
    from rich.console import Console

    from framewatt.candidates.listing import frameworks_document, rewrite_locks
    from framewatt.carbon.network import network_of
    from framewatt.reports.text.frameworks import show_frameworks

    if write_locks is not None:
        rewrite_locks(write_locks, _say)
        return
    document = frameworks_document(network_of(network_energy))
    if output == "json":
        click.echo(json.dumps(document, indent=2))
    else:
        show_frameworks(document, Console(highlight=False))


def _say(framework: str, role: str, lock: LockedEnvironment) -> None:
    from framewatt.reports.text.frameworks import lock_line

    click.echo(lock_line(framework, role, len(lock.packages), lock.download_bytes), err=True)
