"""Recorded readings, played back window by window: a study can be repeated without its machine.

``FRAMEWATT_REPLAY`` names a file of JSON lines. The first describes the meter: ``name``, ``scope``,
``provenance``, ``domains``, optionally ``idle_watts``. Each further line is one window: ``joules`` by domain,
or ``watts`` by domain to be multiplied by its seconds, and optionally ``faults`` and ``invalid``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from framewatt.records import Host, Usage

TITLE = "recorded readings"
RANK = -100
COVERS = ()
SCOPE = Scope.WALL
FILE_VARIABLE = "FRAMEWATT_REPLAY"


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - a recording needs no machine
    """Why nothing can be played back, if so."""
    name = os.environ.get(FILE_VARIABLE)
    if not name:
        return "no recording is named", f"set {FILE_VARIABLE} to a file of recorded readings"
    try:
        load(Path(name))
    except BadInput as error:
        return str(error), "record it again"
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> ReplayMeter:  # noqa: ARG001 - see unavailable
    """The recording at `FRAMEWATT_REPLAY`, from its beginning."""
    return ReplayMeter(*load(Path(os.environ[FILE_VARIABLE])))


def load(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The description and the windows of a recording.

    Raises:
        BadInput: the file is missing or not a recording; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as a recording ({error})") from error
    rows = [_row(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows or not {"name", "scope", "provenance", "domains"} <= rows[0].keys():
        raise BadInput(f"{path}:1: a recording begins with name, scope, provenance and domains of its meter")
    return rows[0], rows[1:]


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{path}:{number}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise BadInput(f"{path}:{number}: a line of a recording is an object")
    return row


class ReplayMeter:
    """Gives back one recorded window after the other; after the last, windows are invalid."""

    minimum_window_seconds = 0.0

    def __init__(self, header: dict[str, Any], windows: list[dict[str, Any]]) -> None:
        self._windows = iter(windows)
        self._idle: dict[str, float] | None = header.get("idle_watts")
        self.description = MeterDescription(
            name=f"replay of {header['name']}",
            scope=Scope(header["scope"]),
            domains=tuple(header["domains"]),
            provenance=Provenance(header["provenance"]),
            parameters={"reserved_share": header.get("reserved_share", 1.0)},
        )

    def start(self) -> None:
        """Open a window: nothing to read."""

    def stop(self, usage: Usage) -> MeterReading:
        """The next recorded window."""
        window = next(self._windows, None)
        if window is None:
            return MeterReading(invalid="the recording has ended")
        watts = window.get("watts", {})
        joules = {domain: power * usage.seconds for domain, power in watts.items()}
        return MeterReading(
            joules=joules | window.get("joules", {}),
            faults=window.get("faults", {}),
            invalid=window.get("invalid"),
        )

    def idle_watts(self) -> dict[str, float] | None:
        """Idle power by domain, where it was recorded."""
        return self._idle

    def close(self) -> None:
        """Nothing is held."""
