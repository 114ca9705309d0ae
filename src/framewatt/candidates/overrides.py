"""A framework's own settings as the user typed them: ``framework.setting=value``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from framewatt.discovery import choices
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import reservable_cpus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from framewatt.discovery import Plugin


def parse_overrides(
    overrides: Iterable[str], plugins: Mapping[str, Plugin], takers: Collection[str]
) -> dict[str, dict[str, str]]:
    """Each framework's settings by name; `takers` are the frameworks that may take the model.

    Raises:
        BadInput: an unknown framework, setting or value; the message offers the nearest names.
    """
    parsed: dict[str, dict[str, str]] = {}
    for text in overrides:
        match = re.fullmatch(r"([\w-]+)\.([\w-]+)=(.+)", text)
        if match is None:
            raise BadInput(f"--set {text!r}: write it as framework.setting=value")
        name, setting, value = match.groups()
        if name not in plugins:
            raise BadInput(f"--set {text!r}: unknown framework {name!r}{choices(name, takers)}")
        space = {"threads": (), **plugins[name].module.SETTINGS}
        if setting not in space:
            raise BadInput(f"--set {text!r}: {name} has no setting {setting!r}{choices(setting, space)}")
        if space[setting] and value not in space[setting]:
            raise BadInput(f"--set {text!r}: {setting} is one of {', '.join(space[setting])}")
        if setting == "threads" and not (value.isdigit() and 1 <= int(value) <= reservable_cpus()):
            raise BadInput(f"--set {text!r}: this machine offers 1 to {reservable_cpus()} threads")
        parsed.setdefault(name, {})[setting] = value
    return parsed
