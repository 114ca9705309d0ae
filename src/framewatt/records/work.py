"""What is to be done, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records.words import Stage

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model: a None in `shape` is a dynamic dimension named in `dims`."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]
    dims: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives, in its own order."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """What a user hands over, as its plug-in understood it.

    `signature` is None where only a framework can tell it (it is then known after the export). `samples`,
    `labels` and `metric` are what comes along with the model, if anything; `data` is what it is trained on,
    where that is a file of its own.
    """

    name: str
    kind: str
    format: str
    path: Path
    sha256: str
    signature: Signature | None = None
    samples: Path | None = None
    labels: Path | None = None
    metric: str | None = None
    stage: Stage = Stage.INFERENCE
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One contestant: framework x version x device x host language x settings."""

    framework: str
    version: str
    device: str = "cpu"
    language: str = "python"
    settings: tuple[tuple[str, str], ...] = ()
    repeat: int = 1

    @property
    def id(self) -> str:
        """``fw@version/device/language[key=value,...]``, with ``#2`` for a repeated entry."""
        settings = ",".join(f"{key}={value}" for key, value in self.settings)
        repeat = f"#{self.repeat}" if self.repeat > 1 else ""
        return f"{self.framework}@{self.version}/{self.device}/{self.language}[{settings}]{repeat}"
