"""The ``[hardware]`` table of framewatt.toml: the machine as its user describes it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

FILE = "framewatt.toml"


def read_hardware_table(folder: Path) -> dict[str, Any] | None:
    """The table in `folder`'s framewatt.toml, for `framewatt.carbon.hardware.hardware_from_table`.

    None where there is no such file or table. The table is plain data, so that a run can keep it.

    Raises:
        BadInput: the file cannot be read, is no TOML, or ``hardware`` is no table.
    """
    path = folder / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a TOML file: {error}") from None
    table = document.get("hardware")
    if table is not None and not isinstance(table, dict):
        raise BadInput(f"{path}: hardware must be a table: [hardware]")
    return table
