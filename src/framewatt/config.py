"""framewatt.toml and ``FRAMEWATT_*`` variables: defaults of options, below the command line.

The order: option, environment (``FRAMEWATT_SELECT_REGION``), the command's table in the framewatt.toml of the
current folder (``[select]``), built-in default.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from framewatt.discovery import nearest
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

CACHE_VARIABLE = "FRAMEWATT_CACHE_DIR"
FILE = "framewatt.toml"
ENVIRONMENT = "FRAMEWATT"
"""How the variables begin; the command and the option follow."""


def read_config(folder: Path) -> dict[str, Any]:
    """The tables of `folder`'s framewatt.toml; empty where there is none.

    Raises:
        BadInput: the file cannot be read, or is no TOML.
    """
    path = folder / FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a TOML file: {error}") from None


def option_defaults(
    folder: Path, command: str, options: Mapping[str, str], repeated: Container[str] = ()
) -> dict[str, Any]:
    """The values that `folder`'s framewatt.toml gives to a command's options, as they would be typed.

    Args:
        folder: Where the file lies.
        command: The command, whose table is read.
        options: What each option is called there (``max-latency``), and the parameter that it fills.
        repeated: The parameters that hold all values of an option that may be repeated.

    Raises:
        BadInput: the file is broken, the table is none, a key is no option of the command, or an option has a
            value that cannot be typed.
    """
    table = read_config(folder).get(command, {})
    if not isinstance(table, dict):
        raise BadInput(f"{folder / FILE}: {command} must be a table: [{command}]")
    typed = {}
    for key, value in table.items():
        name = options.get(key.replace("_", "-"))
        where = f"{folder / FILE}: [{command}] {key}"
        if name is None:
            raise BadInput(f"{where} is no option of framewatt {command}{nearest(key, options)}")
        typed[name] = _several(where, value) if name in repeated else _as_typed(where, value)
    return typed


def _several(where: str, value: object) -> list[str]:
    """The values of an option that may be repeated; one alone need not stand in a list."""
    return [_as_typed(where, item) for item in (value if isinstance(value, list) else [value])]


def _as_typed(where: str, value: object) -> str:
    """A value of the file as it stands on a command line, so that it is read, and refused, alike."""
    if isinstance(value, dict | list):
        raise BadInput(f"{where} must be one value, such as a text or a number")
    return str(value).lower() if isinstance(value, bool) else str(value)


def cache_root() -> Path:
    """Where environments and converted models are kept."""
    override = os.environ.get(CACHE_VARIABLE)
    return Path(override) if override else Path(platformdirs.user_cache_dir("framewatt"))


def read_hardware_table(folder: Path) -> dict[str, Any] | None:
    """The table in `folder`'s framewatt.toml, for `framewatt.carbon.hardware.hardware_from_table`.

    None where there is no such file or table. The table is plain data, so that a run can keep it.

    Raises:
        BadInput: the file cannot be read, is no TOML, or ``hardware`` is no table.
    """
    table = read_config(folder).get("hardware")
    if table is not None and not isinstance(table, dict):
        raise BadInput(f"{folder / FILE}: hardware must be a table: [hardware]")
    return table
