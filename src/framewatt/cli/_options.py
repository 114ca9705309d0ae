"""What commands share about their options."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

network_energy = click.option(
    "--network-energy",
    metavar="KWH_PER_GB",
    help="What moving a GB takes in the network, such as 0.02 or 0.005..0.06 (default: a published range).",
)
"""The option of every command that tells what a download takes."""

_STRENGTH = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def keep_stronger(options: dict[str, Any], one: str, other: str) -> None:
    """Of two options that exclude each other, forget the one from the weaker place.

    ``--intensity 50`` on the command line overrules a region in framewatt.toml; two from the same place stay,
    for the request to refuse.
    """
    if options[one] is None or options[other] is None:
        return
    context = click.get_current_context()
    ranks = {name: _rank(context.get_parameter_source(name)) for name in (one, other)}
    if ranks[one] != ranks[other]:
        options[max(ranks, key=lambda name: ranks[name])] = None


def _rank(source: ParameterSource | None) -> int:
    return _STRENGTH.index(source) if source in _STRENGTH else len(_STRENGTH)
