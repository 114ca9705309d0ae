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
@click.option(
    "--check",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Check a framework file of your own; may be repeated.",
)
@click.pass_context
def command(
    context: click.Context,
    output: str,
    network_energy: str | None,
    write_locks: Path | None,
    files: tuple[Path, ...],
) -> None:
    """List the frameworks: what each accepts, what getting it takes, and whether it is built here.

    \b
    Exit codes with --check: 0 every check passed, 1 one failed, 2 there is no such file.
    """  # noqa: D301 - click reads the escape
    from framewatt.candidates.listing import rewrite_locks

    if write_locks is not None:
        rewrite_locks(write_locks, _say)
    elif files:
        context.exit(0 if _check(files, output) else 1)
    else:
        _list(network_energy, output)


def _list(network_energy: str | None, output: str) -> None:
    from rich.console import Console

    from framewatt.candidates.listing import frameworks_document
    from framewatt.carbon.network import network_of
    from framewatt.reports.text.frameworks import show_frameworks

    document = frameworks_document(network_of(network_energy))
    if output == "json":
        click.echo(json.dumps(document, indent=2))
    else:
        show_frameworks(document, Console(highlight=False))


def _check(files: tuple[Path, ...], output: str) -> bool:
    from framewatt.candidates.conformance import conformance_document
    from framewatt.reports.text.frameworks import conformance_lines

    document = conformance_document(files)
    click.echo(json.dumps(document, indent=2) if output == "json" else "\n".join(conformance_lines(document)))
    return bool(document["passed"])


def _say(framework: str, role: str, lock: LockedEnvironment) -> None:
    from framewatt.reports.text.frameworks import lock_line

    click.echo(lock_line(framework, role, len(lock.packages), lock.download_bytes), err=True)
