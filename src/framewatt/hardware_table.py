"""The ``[hardware]`` table of framewatt.toml: the machine as its user describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.config import FILE, read_config
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path


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
