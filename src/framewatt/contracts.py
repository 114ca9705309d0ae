"""Every protocol a plug-in writer reads, on one screen.

A plug-in is one file: found by listing its kind's folder, or through an entry point ``framewatt.<kind>``.
The file's stem is its name. "Does not apply" is an answer with a reason, not a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from framewatt.records import (
        Host,
        MeterDescription,
        MeterReading,
        Quantity,
        Scope,
        Usage,
    )


class FrameworkPlugin(Protocol):
    """One file in `frameworks/`, loaded by path in the parent and again inside its own environment.

    At module level it imports only the standard library. Constants are read by the parent; functions run
    in the worker, and raise NotImplementedError for work the framework cannot do (inapplicable).
    """

    TITLE: str
    """How reports name it, e.g. ``ONNX Runtime``."""
    VERSION: str
    """The pinned version that is raced unless the user asks for another."""
    ACCEPTS: tuple[str, ...]
    """Model formats `load` understands, most native first: ``onnx``, ``torch``, ``pt2``, ..."""
    LIGHT: bool
    """Part of the default set (a small download)."""
    PACKAGES: Mapping[str, tuple[str, ...]]
    """Role (``runtime``, ``convert``) to exact requirements; ``{version}`` is replaced by the version."""
    IMPORTS: tuple[str, ...]
    """Modules whose import is the *import* phase."""
    SETTINGS: Mapping[str, tuple[str, ...]]
    """Settings space: name to values, the equal-budget default first. ``precision`` is always explicit."""

    def load(self, model: Path, settings: Mapping[str, str], inputs: Sequence[str]) -> Any:
        """Load the model; the returned object has ``run(tensors) -> sequence of arrays`` (on the host)."""


class Meter(Protocol):
    """An opened instrument: `start` opens a window, `stop` closes it and reads what it cost."""

    description: MeterDescription
    minimum_window_seconds: float

    def start(self) -> None:
        """Open a window. Must cost almost nothing; polling, if any, happens in a thread that sleeps."""

    def stop(self, usage: Usage) -> MeterReading:
        """Close the window; `usage` is what the work consumed (only an estimate needs it)."""

    def idle_watts(self) -> dict[str, float] | None:
        """Idle power by domain where the instrument knows it by itself, else None: it is then measured."""

    def close(self) -> None:
        """Release what the instrument holds."""


class MeterPlugin(Protocol):
    """One file in `meters/`: an instrument, or an estimate.

    The automatic choice covers as much of the machine as it can, then takes the highest ranks. Meters add up
    where their scope is the same and what they cover does not overlap.
    """

    TITLE: str
    RANK: int
    COVERS: tuple[str, ...]
    """Any of ``cpu``, ``dram``, ``gpu``, ``platform``; empty if it is only taken when named."""
    SCOPE: Scope

    def unavailable(self, host: Host) -> tuple[str, str] | None:
        """None where the meter works here, else (what is missing, what to do about it)."""

    def open_meter(self, host: Host, reserved_cpus: int | None = None) -> Meter:
        """Open the instrument for work that holds `reserved_cpus` of the host's CPUs (None: all of them).

        A whole-machine counter reads the same whatever is reserved and notes the share in its description;
        an estimate's joules and idle watts are already those of the reserved share.
        """


class GridPlugin(Protocol):
    """One file in `grids/`: a source of carbon intensity."""

    TITLE: str

    def covers(self, region: str) -> bool:
        """Whether `region` is written the way this source names its zones."""

    def intensity(self, region: str, when: datetime | None = None) -> Quantity:
        """Intensity in gCO2eq/kWh; `reason` on the quantity names source, basis and year."""


class ReporterPlugin(Protocol):
    """One file in `reporters/`: a decision document to bytes, pure."""

    TITLE: str
    SUFFIX: str

    def render(self, decision: Mapping[str, Any]) -> bytes:
        """The rendered document."""
