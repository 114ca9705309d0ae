"""List the frameworks that framewatt knows, what they accept, what they weigh, and their state here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from framewatt.cli._options import declared
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.candidates.locks import LockedEnvironment
    from framewatt.cli._output import Output


@click.command(name="frameworks")
@output_options()
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
    output: Output,
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


def _list(network_energy: str | None, output: Output) -> None:
    from framewatt.candidates.listing import frameworks_document
    from framewatt.carbon.network import network_of

    output.write(frameworks_document(network_of(network_energy)))


def _check(files: tuple[Path, ...], output: Output) -> bool:
    from framewatt.candidates.conformance import conformance_document

    document = conformance_document(files)
    output.write(document)
    return bool(document["passed"])


def _say(framework: str, role: str, lock: LockedEnvironment) -> None:
    from framewatt.records.units import format_bytes

    weight = format_bytes(lock.download_bytes)
    click.echo(f"{framework} {role}: {len(lock.packages)} packages, {weight}", err=True)
