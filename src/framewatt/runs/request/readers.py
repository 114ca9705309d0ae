"""What may stand behind an option: readers take text, or the value that it means."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from framewatt.errors import BadInput
from framewatt.records.units import parse_duration, parse_share

Read = Callable[[str, object], Any]
"""The option as typed (``--budget``), to name in a complaint, and what was given for it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of value is read; `metavar` stands for it in a command's help.

    `item` reads one value of an option that may be repeated; `read` then reads all of them.
    """

    metavar: str
    read: Read
    item: Read | None = None


def _text(flag: str, value: object, wanted: str = "a single text") -> str:
    """What was typed, or given as a value; NumPy's numbers are numbers too."""
    plain = os.fspath(value) if isinstance(value, os.PathLike) else value
    if isinstance(plain, bool) or not isinstance(plain, str | Real):
        raise BadInput(f"{flag} {value!r}: {wanted} is wanted")
    return str(plain)


def _number(flag: str, value: object) -> float:
    text = _text(flag, value, "a number")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"{flag} {text}: a number is wanted")
    return number


def _above_zero(flag: str, value: object) -> float:
    number = _number(flag, value)
    if number <= 0:
        raise BadInput(f"{flag} {number:g}: must be above 0")
    return number


def _duration(flag: str, value: object) -> float:
    text = _text(flag, value, "a time such as 90s or 3min")
    if isinstance(value, Real):
        if not 0 < float(value) < math.inf:
            raise BadInput(f"{flag} {text}: must be longer than 0 s, and finite")
        return float(value)
    try:
        return parse_duration(text)
    except BadInput as error:
        raise BadInput(f"{flag}: {error}") from None


def _switch(flag: str, value: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False}
    answer = {**words, "0": False}.get(str(value).strip().lower())
    if answer is None:
        raise BadInput(f"{flag} {str(value)!r}: yes or no is wanted")
    return answer


def _several(flag: str, value: object) -> Iterable[object]:
    """The values of an option that may be repeated; one alone need not stand in a list."""
    if isinstance(value, str | os.PathLike):
        return (value,)
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise BadInput(f"{flag} {value!r}: a text or a list of them is wanted")
    return value


def _texts(flag: str, value: object) -> tuple[str, ...]:
    return tuple(_text(flag, item) for item in _several(flag, value))


def _names(flag: str, value: object) -> str:
    """Names as they are typed, with commas between them; from Python a list may hold them."""
    return _text(flag, value) if isinstance(value, Real) else ",".join(_texts(flag, value))


def _dimension(flag: str, value: object) -> tuple[str, int]:
    pair = isinstance(value, tuple) and len(value) == len(("name", "size"))
    text = "{}={}".format(*value) if pair else _text(flag, value)  # type: ignore[misc] # a pair was made sure of
    name, _, size = text.partition("=")
    if not name or not size.isdigit() or int(size) < 1:
        raise BadInput(f"{flag} {text!r}: write it as NAME=N with a whole number above 0")
    return name, int(size)


def _dimensions(flag: str, value: object) -> dict[str, int]:
    items = value.items() if isinstance(value, Mapping) else _several(flag, value)
    return dict(_dimension(flag, item) for item in items)


def share(*, least_excluded: bool = False, below: float = 1.0) -> Reader:
    """A share such as 2% or 0.02, from 0 (or above it) to less than `below`."""

    def read(flag: str, value: object) -> float:
        number = parse_share(_text(flag, value, "a share such as 2% or 0.02"), flag, below)
        if least_excluded and number == 0:
            raise BadInput(f"{flag} {value}: a share between 0 and 1, such as 2%")
        return number

    return Reader("SHARE", read)


def whole(least: int) -> Reader:
    """A whole number from `least` on."""

    def read(flag: str, value: object) -> int:
        text = _text(flag, value, "a whole number")
        try:
            number = int(float(text)) if isinstance(value, Real) and float(text).is_integer() else int(text)
        except (ValueError, OverflowError):
            number = None
        if number is None or number < least:
            raise BadInput(f"{flag} {text}: a whole number from {least} on is wanted")
        return number

    return Reader("INTEGER", read)


def one_of(*words: str, hint: str = "") -> Reader:
    """One of a closed list; `hint` ends the complaint."""

    def read(flag: str, value: object) -> str:
        for word in words:
            if word == value:
                return word
        raise BadInput(f"{flag} {str(value)!r}: choose one of {', '.join(words)}{hint}")

    return Reader("TEXT", read)


def checked(check: Callable[[str, str], object], metavar: str = "TEXT") -> Reader:
    """A text that stays as it was typed once `check` (option, text) has let it pass."""

    def read(flag: str, value: object) -> str:
        text = _text(flag, value)
        check(flag, text)
        return text

    return Reader(metavar, read)


TEXT = Reader("TEXT", _text)
NAMES = Reader("TEXT", _names)
PATH = Reader("PATH", _text)
NUMBER = Reader("FLOAT", _number)
ABOVE_ZERO = Reader("FLOAT", _above_zero)
DURATION = Reader("TIME", _duration)
SWITCH = Reader("", _switch)
TEXTS = Reader("TEXT", _texts, item=_text)
DIMENSIONS = Reader("NAME=N", _dimensions, item=_dimension)
