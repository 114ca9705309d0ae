"""What a call's options mean, in the words of their declarations."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeVar

from framewatt.runs.request import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.runs.request import Option

_Call = TypeVar("_Call", bound="Callable[..., object]")


def explained(call: _Call) -> _Call:
    """The call, with an entry for each of its parameters that is an option at the end of its docstring."""
    named = [name for name in inspect.signature(call).parameters if name in OPTIONS]
    entries = (f"    {name}: {_told(OPTIONS[name])}" for name in named)
    call.__doc__ = "\n".join([inspect.cleandoc(call.__doc__ or ""), "", "Options:", *entries])
    return call


def _told(option: Option) -> str:
    """The help of the command line, with the option's name there."""
    return f"{option.help} ({option.flag})"
