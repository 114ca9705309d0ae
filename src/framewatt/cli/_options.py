"""What commands share about their options: click's from the request's declaration, and rules between two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from framewatt.errors import BadInput
from framewatt.runs.request import GROUPS, OPTIONS, CarbonOptions, Option, options_of
from framewatt.runs.request.readers import SWITCH, TEXT, one_of, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.runs.request.readers import Reader

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_STRENGTH = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


class _Read(click.ParamType):  # type: ignore[type-arg] # click before 8.5 takes none
    """A value as its option's reader reads it, so that the complaint is the one that Python gives."""

    def __init__(self, option: Option) -> None:
        self.name = option.reader.metavar
        self._flag = option.flag
        self._read = option.reader.item or option.reader.read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        return self._read(self._flag, value)


class _ReadSwitch(_Read, click.types.BoolParamType):
    """The same for an option with a --no- twin, which click knows by its type."""


def _click_option(name: str, option: Option) -> Decorator:
    """Click's form of an option; what is passed on under `name` is read already."""
    switch = option.reader is SWITCH
    return click.option(
        f"{option.flag}/--no-{option.flag.lstrip('-')}" if switch else option.flag,
        name,
        type=_ReadSwitch(option) if switch else _Read(option),
        multiple=option.reader.item is not None,
        default=option.default,
        show_default=option.default not in (None, ()),
        metavar=None if switch else option.metavar or option.reader.metavar,
        help=option.help,
    )


def declared(name: str, **changes: Any) -> Decorator:
    """An option of `select` for another command too, with its own help or default in `changes`."""
    return _click_option(name, replace(OPTIONS[name], **changes))


def request_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Every option of a request, group by group."""
    for name, option in reversed(OPTIONS.items()):
        function = _click_option(name, option)(function)
    return function


def format_option(*words: str, hint: str = "", explained: str = "") -> Decorator:
    """``--format``: one of `words`, or without any a reporter's name that the command looks up."""
    reader = one_of(*words, hint=hint) if words else TEXT
    text = explained or f"{', '.join(words[:-1])} or {words[-1]}."
    return _click_option("output", Option("--format", reader, text, "text"))


def refused_devices(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--device`` and ``--gpu``, hidden: whoever looks for them is told what this version measures."""
    device = click.option("--device", hidden=True, expose_value=False, callback=_refuse_device)
    gpu = click.option(
        *("--gpu", "--gpus", "--cuda"), hidden=True, expose_value=False, callback=_refuse_device, is_flag=True
    )
    return device(gpu(function))


def _refuse_device(_: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value and value != "cpu":
        flag = parameter.opts[0] if value is True else f"{parameter.opts[0]} {value}"
        raise BadInput(f"{flag}: this version measures frameworks on CPUs; leave the option out")


def share_option(flag: str, default: str, explained: str, **limits: Any) -> Decorator:
    """A share that is a command's own, such as ``--max-increase 5%``."""
    reader: Reader = share(**limits)
    return _click_option(flag.lstrip("-").replace("-", "_"), Option(flag, reader, explained, default))


class GroupedCommand(click.Command):
    """A command whose help lists the request's options under the titles of their groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One section a group; what belongs to none comes last."""
        titles = {name: group.TITLE for group in GROUPS.values() for name in options_of(group)}
        sections: dict[str, list[tuple[str, str]]] = {group.TITLE: [] for group in GROUPS.values()}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                sections.setdefault(titles.get(str(parameter.name), "Other options"), []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def take_carbon(options: dict[str, Any]) -> CarbonOptions:
    """What a command was asked about carbon, out of `options`; an option that it does not have is not given.

    Raises:
        BadInput: a region and an intensity from the same place.
    """
    keep_stronger(options, "region", "intensity")
    names = [name for name in options_of(CarbonOptions) if name in options]
    given = {name: options.pop(name) for name in names}
    return CarbonOptions(**{name: value for name, value in given.items() if value is not None})


def keep_stronger(options: dict[str, Any], name: str, other: str) -> None:
    """Of two options that exclude each other, forget the one from the weaker place.

    ``--intensity 50`` on the command line overrules a region in framewatt.toml; two from the same place stay,
    for the request to refuse.
    """
    if options[name] is None or options[other] is None:
        return
    context = click.get_current_context()
    ranks = {each: _rank(context.get_parameter_source(each)) for each in (name, other)}
    if ranks[name] != ranks[other]:
        options[max(ranks, key=lambda each: ranks[each])] = None


def _rank(source: ParameterSource | None) -> int:
    return _STRENGTH.index(source) if source in _STRENGTH else len(_STRENGTH)
