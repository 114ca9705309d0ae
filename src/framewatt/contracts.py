"""Every protocol a plug-in writer reads, on one screen.

A plug-in is one file: found by listing its kind's folder, or through an entry point ``framewatt.<kind>``.
The file's stem is its name. "Does not apply" is an answer with a reason, not a failure.
"""

from __future__ import annotations

from inspect import isfunction, signature
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from framewatt.records import (
        GridIntensity,
        Host,
        Json,
        MeterDescription,
        MeterReading,
        Scope,
        Usage,
        Workload,
    )


class WorkloadPlugin(Protocol):
    """One file in `workloads/`: one kind of thing a user hands over."""

    TITLE: str
    TAKES_DATA: bool = False
    """Optional, as its default says: whether it is for sources with ``--data``, and only for those."""

    ADVISES: bool = False
    """Optional: whether it never opens anything, and only says what to hand over instead."""

    def claims(self, source: str) -> bool:
        """Whether `source`, as the user typed it, is of this kind: by its name, or by its first bytes."""

    def open_workload(self, source: str) -> Workload:
        """Read it.

        Raises:
            BadInput: it is missing, truncated, or not what its name says.
        """


class FrameworkPlugin(Protocol):
    """One file in `frameworks/`, loaded by path in the parent and again inside its own environment.

    At module level it imports only the standard library. Constants are read by the parent; functions run
    in the worker, and raise NotImplementedError for work the framework cannot do (*inapplicable*).
    What else it may offer is in `FrameworkExtras`; ``framewatt frameworks --check FILE`` checks all of it.
    """

    TITLE: str
    """How reports name it, e.g. ``ONNX Runtime``."""
    VERSION: str
    """The pinned version that is raced unless the user asks for another."""
    ACCEPTS: tuple[str, ...]
    """Model formats `load` (after `convert`, if any) starts from: ``onnx``, ``torch``, ``pt2``, ..."""
    LIGHT: bool
    """Part of the default set (a small download)."""
    PACKAGES: Mapping[str, tuple[str, ...]]
    """Role (``runtime``, ``convert``) to exact requirements; ``{version}`` is replaced by the version."""
    IMPORTS: tuple[str, ...]
    """Modules whose import is the *import* phase."""
    SETTINGS: Mapping[str, tuple[str, ...]]
    """Settings space: name to values, the equal-budget default first. ``precision`` is always explicit;
    ``threads`` is every framework's and is not listed; a framework that cannot set it obeys its affinity."""

    def load(self, model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
        """Load the model; the result has ``run(feed: {name: array}) -> [array, ...]`` in output order.

        `settings` holds ``threads`` and every name of SETTINGS. `signature` is ``{"inputs", "outputs"}``,
        each a list of ``{"name", "dtype", "shape"}`` with None for a dynamic dimension. `run` returns only
        when its outputs are numpy arrays on the host; the next `run` may write over them.
        """


class FrameworkExtras(Protocol):
    """What a framework file may offer besides, where the framework has such a step.

    One that learns from tables (``"table"`` in ACCEPTS) offers `most_rounds`, `train` and `scores`; its
    `load` reads the pickled model, whose ``run({"rows": array})`` gives ``[scores]``. One that trains what a
    user's code builds offers `describe` and `build`.
    """

    FAMILY: str
    """The framework whose name also stands for this one, where that one cannot read the model."""
    ENTRIES: tuple[Mapping[str, str], ...]
    """Settings that each enter the race from its start; without it the defaults alone do."""
    SHIPPED: Mapping[str, str]
    """What it does where no option is touched, in the names of SETTINGS; ``precision`` is among them.

    With it the framework races *as shipped*: `load` and `compile` get the settings ``{"as": "shipped"}``
    alone, on all CPUs, and set nothing; `convert` gets SHIPPED. Where the precision depends on the CPU, this
    is the lowest, and the session's attribute `precision` says which it is.
    """
    CONVERT_SETTINGS: Mapping[str, tuple[str, ...]]
    """Settings that `convert` depends on besides precision, each with the values that need it (none: all).

    With it, models are converted under those values alone, whatever their format; without it, from ONNX.
    """
    CONVERTS_FROM: str
    """The framework file whose conversion `convert` starts from, instead of the model, and whose converter's
    environment it shares: one run of a converter serves both."""
    POINTS: tuple[Mapping[str, str], ...]
    """Settings of a learner of tables among which its best is searched."""
    EXPORTS: tuple[str, ...]
    """Formats that `export` turns into ONNX for all others."""
    NEEDS: Mapping[str, tuple[str, ...]]
    """Requirements that come to every role where the model is in that format."""
    EXCLUDES: tuple[str, ...]
    """Packages that requirements pull in and that must stay out of every role."""
    ENVIRONMENT: Mapping[str, str]
    """Environment variables that the worker sets before it imports anything of the framework."""

    def compile(self, session: Any) -> Any:
        """The session ready for its first query: what comes once between load and that."""

    def convert(
        self, model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]
    ) -> Path:
        """The model in the framework's own format, written into `folder`; in the ``convert`` environment."""

    def export(self, model: Path, folder: Path, samples: Path | None) -> Mapping[str, Any]:
        """To ONNX, for the formats of EXPORTS: ``{"model", "reason", "signature", "samples"}``.

        Without a ``model`` only those who read the format race, and ``reason`` says why. `samples` are the
        user's own inputs, if any, for formats that do not tell shapes.
        """

    def describe(
        self, model: Path, weights: Path, seeds: Sequence[int], shape: Sequence[int]
    ) -> Mapping[str, Any]:
        """Write each seed's initial weights of what the user's code builds, and tell what they are of."""

    def build(self, task: Mapping[str, Any]) -> Any:
        """What trains it, as a script of a task does (docs/training.md)."""

    def most_rounds(self, settings: Mapping[str, str]) -> int:
        """Rounds beyond which no model is sought; 1: no stages."""

    def train(self, data: Mapping[str, Any], settings: Mapping[str, str], rounds: int) -> Any:
        """From scratch, picklable; `data` has rows (n, d) float32 with NaN, target (n,), task, classes,
        categorical, gaps, seed.
        """

    def scores(self, model: Any, rows: Any, rounds: Sequence[int]) -> Sequence[Any]:
        """An array after each number of rounds: (n, classes) or (n,)."""


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

        A whole-machine counter reads the same whatever is reserved and notes the share in its description
        (``reserved_share``), and which domains work holds whole whatever CPUs it reserves (``held_whole``,
        GPUs); an estimate's joules and idle watts are already those of the reserved share.
        """


class GridPlugin(Protocol):
    """One file in `grids/`: a source of carbon intensity. `RANK` orders sources that cover one region.

    It raises BadInput where a region is written its way but unknown (or without a figure), and
    GridUnavailable where a live source does not answer.
    """

    TITLE: str
    RANK: int

    def covers(self, region: str) -> bool:
        """Whether `region` is written the way this source names its zones."""

    def regions(self) -> Mapping[str, str]:
        """The regions known here and their names; empty where only the live source knows them."""

    def intensity(self, region: str, when: datetime | None = None) -> GridIntensity:
        """Intensity in gCO2eq/kWh with its kind, basis, source and year; a live source answers for `when`."""

    def hours(self, region: str) -> Sequence[GridIntensity]:
        """The coming hours where this source forecasts them (`when` is set on each), else nothing."""

    def fallback(self, region: str) -> str | None:
        """The region to ask another source for when this one does not answer, if one means the same."""


class ReporterPlugin(Protocol):
    """One file in `reporters/`: a decision document to bytes, pure."""

    TITLE: str

    def render(self, decision: Json) -> bytes:
        """The rendered document."""


CONTRACTS: Mapping[str, type] = {
    "workloads": WorkloadPlugin,
    "frameworks": FrameworkPlugin,
    "meters": MeterPlugin,
    "grids": GridPlugin,
    "reporters": ReporterPlugin,
}
"""Each kind of plug-in, and the protocol of its files."""


def constants(contract: type) -> tuple[str, ...]:
    """The constants that a contract demands; one with a default is optional."""
    return tuple(name for name in contract.__annotations__ if name not in vars(contract))


def functions(contract: type) -> dict[str, tuple[str, ...]]:
    """The functions of a contract, with the names of their arguments."""
    return {
        name: tuple(signature(member).parameters)[1:]
        for name, member in vars(contract).items()
        if isfunction(member) and not name.startswith("_")
    }
