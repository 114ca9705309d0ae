"""What commands share about options that exclude each other."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

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
