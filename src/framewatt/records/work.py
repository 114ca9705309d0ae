"""What is to be done, and who may do it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from framewatt.records.words import Stage

if TYPE_CHECKING:
    from pathlib import Path

_ID = re.compile(
    r"(?P<framework>[^@]+)@(?P<version>[^/]*)/(?P<device>[^/]*)/(?P<language>[^\[]*)"
    r"\[(?P<settings>.*)\](#(?P<repeat>[1-9]\d*))?"
)
_ASKED = re.compile(r"(?P<framework>[^@=\[]+)(==(?P<version>[^\[]+))?(\[(?P<settings>.+)\])?")
REFERENCE_PRECISION = "fp32"
"""What everyone computes in unless another precision is asked for."""
AS_SHIPPED = (("as", "shipped"),)
"""The settings of a framework of which none is touched."""
_NEXT_SETTING = re.compile(r",(?=\w[\w-]*=)")  # a value may hold commas


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
        return f"{self.release}/{self.device}/{self.language}[{settings}]{repeat}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The candidate of an `id`.

        Raises:
            ValueError: it is none.
        """
        parts = _ID.fullmatch(text)
        if parts is None:
            raise ValueError(f"{text!r} is no candidate: fw@version/device/language[key=value,...]")
        settings = _settings(parts["settings"])
        place = parts["framework"], parts["version"], parts["device"], parts["language"]
        return cls(*place, settings, int(parts["repeat"] or 1))

    @property
    def release(self) -> str:
        """``fw@version``: what its settings have in common."""
        return f"{self.framework}@{self.version}"

    def matches(self, asked: str | None) -> bool:
        """Whether a person means it: by its id, ``fw`` or ``fw==version``, both also with ``[key=value]``."""
        if asked is None or asked == self.id:
            return asked is not None
        parts = _ASKED.fullmatch(asked)
        if parts is None or parts["framework"] != self.framework:
            return False
        version = parts["version"] in (None, self.version)
        return version and set(_settings(parts["settings"])) <= set(self.settings)

    @property
    def as_shipped(self) -> bool:
        """Whether it is the framework as people install it."""
        return self.settings == AS_SHIPPED


def _settings(text: str | None) -> tuple[tuple[str, str], ...]:
    """``key=value,key=value`` in pairs."""
    pairs = (pair.partition("=") for pair in _NEXT_SETTING.split(text)) if text else ()
    return tuple((key, value) for key, _, value in pairs)
