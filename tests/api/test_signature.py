"""What completion offers of `framewatt.select`: held to the options' declarations, which stand once."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal, Union, get_args

import jedi
import pytest

import framewatt
from framewatt.errors import BadInput
from framewatt.runs.request import OPTIONS, Option

PARAMETERS = inspect.signature(framewatt.select).parameters
OBJECTS = {"samples", "labels", "data"}
"""Options whose paths may be given as what would lie there."""
TYPES: Mapping[str, Any] = {
    "TEXT": str,
    "PATH": str | PathLike[str],
    "SIZE": str | float,
    "TIME": str | float,
    "SHARE": str | float,
    "FLOAT": str | float,
    "KWH_PER_GB": str | float,
    "pNN=TIME": str,
    "N/PERIOD": str,
    "INTEGER": str | int,
    "": str | bool,
    "NAME=N": str | Sequence[str] | Mapping[str, int],
}
"""What each kind of reader takes, by what stands for it in the command's help."""


def expected_type(name: str, option: Option) -> Any:
    kind = TYPES[option.reader.metavar]
    if name == "frameworks" or (option.reader.item and option.reader.metavar == "TEXT"):
        kind = str | Sequence[str]
    if words := offered(option):
        kind = Literal[words]
    return kind if option.default is not None else Union[kind, None]  # noqa: UP007 - of types that vary


def offered(option: Option) -> tuple[str, ...]:
    """The closed list of words that an option takes, if it takes one."""
    with pytest.raises(BadInput) as refusal:
        option.read([object()])
    found = re.search(r"choose one of (.+?)(;|$)", str(refusal.value))
    return tuple(found[1].split(", ")) if found else ()


def test_every_option_is_a_parameter_by_name_in_the_order_of_the_command_s_help() -> None:
    assert list(PARAMETERS) == ["model", "inputs", *OPTIONS, "progress"]
    assert {p.kind for name, p in PARAMETERS.items() if name != "model"} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_has_its_declared_default_and_a_type_that_its_reader_takes(name: str) -> None:
    option, parameter = OPTIONS[name], PARAMETERS[name]
    assert parameter.default == option.default
    assert option.read(parameter.default) == option.read(option.default)
    if name in OBJECTS:
        assert {str, PathLike[str], type(None)} < set(get_args(parameter.annotation))
    else:
        assert parameter.annotation == expected_type(name, option)


@pytest.mark.parametrize("call", [framewatt.select, framewatt.load])
def test_the_docstring_tells_each_option_in_the_words_of_the_command_s_help(call: Any) -> None:
    told = inspect.getdoc(call) or ""
    for name in set(inspect.signature(call).parameters) & set(OPTIONS):
        assert f"    {name}: {OPTIONS[name].help} ({OPTIONS[name].flag})" in told.splitlines()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("framewatt.sel", "select"),
        ("framewatt.select('m.onnx', bud", "budget="),
        ("framewatt.select('m.onnx', incum", "incumbent="),
        ("framewatt.select('m.onnx').ver", "verdict"),
        ("framewatt.select('m.onnx').best.cpu", "cpu_seconds"),
        ("framewatt.load('latest', reg", "region="),
    ],
)
def test_an_editor_completes_it_without_running_anything(typed: str, completed: str) -> None:
    offers = jedi.Script(f"import framewatt\n{typed}").complete()
    assert completed in {offer.name for offer in offers}


def test_a_misspelt_option_is_refused_as_python_does() -> None:
    call: Any = framewatt.select
    with pytest.raises(TypeError, match="regoin"):
        call("m.onnx", regoin="FR")
