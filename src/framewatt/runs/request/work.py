"""What is to be done: inputs, how answers are judged, how queries arrive, and the bounds to keep."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from framewatt.errors import BadInput
from framewatt.records import Scenario
from framewatt.records.units import parse_bytes
from framewatt.runs.request.option import Group, Option, StudyKind
from framewatt.runs.request.readers import (
    ABOVE_ZERO,
    DIMENSIONS,
    DURATION,
    NUMBER,
    PATH,
    TEXT,
    checked,
    one_of,
    whole,
)
from framewatt.runs.request.volume import parse_volume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.runs.request.volume import Volume

_PERCENTILE = re.compile(r"p(50|90|95|99)=(.+)")
_MODELS = frozenset({StudyKind.MODEL})
"""For options that only go with a finished model."""
_SCORED = frozenset({StudyKind.MODEL, StudyKind.TABLE})
"""For options of the race in which models answer; a table's trained models have one too."""


def _latency(flag: str, text: str) -> tuple[float, float]:
    """(percentile, seconds)."""
    match = _PERCENTILE.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"{flag} {text!r}: write it as p99=20ms (p50, p90, p95 or p99)")
    if match[2].strip().replace(".", "", 1).isdigit():
        raise BadInput(f"{flag} {text!r}: the unit is missing; write p{match[1]}={match[2].strip()}ms")
    return float(match[1]), DURATION.read(flag, match[2])


def _size(flag: str, text: str) -> float:
    try:
        return parse_bytes(text)
    except BadInput as error:
        raise BadInput(f"{flag}: {error}") from None


@dataclass(frozen=True, slots=True)
class WorkOptions(Group):
    """What every candidate has to do, and how well; the bounds are as the user typed them."""

    TITLE: ClassVar = "Work"

    samples: str | None = Option(
        "--samples", PATH, "Real inputs: an .npz file, or a folder of them.", studies=_MODELS
    ).field()
    dims: Mapping[str, int] = Option(
        "--dim", DIMENSIONS, "Size of a dynamic dimension for generated inputs.", (), studies=_MODELS
    ).field()
    labels: str | None = Option(
        "--labels", PATH, "Right answers (.npy), to judge quality with --metric.", studies=_MODELS
    ).field()
    metric: str | None = Option(
        "--metric",
        TEXT,
        "accuracy, top5, auc, log_loss, rmse, mae or r2.",
        studies=frozenset(StudyKind) - {StudyKind.TASK},
        remedy="; task.toml says how it is judged",
    ).field()
    quality: float | None = Option("--quality", NUMBER, "The least quality a candidate must reach.").field()
    tolerance: float | None = Option(
        "--tolerance",
        ABOVE_ZERO,
        "Most disagreement with the oracle, of the output's scale (default: 0.001; fp16 0.00625, bf16 0.05).",
        studies=_MODELS,
    ).field()
    scenario: Scenario = Option(  # noqa: RUF009 - it makes a dataclass field
        "--scenario",
        one_of(Scenario.SINGLE_STREAM, Scenario.OFFLINE),
        "single_stream or offline.",
        Scenario.SINGLE_STREAM.value,
        studies=_SCORED,
    ).field()
    batch_size: int = Option(
        "--batch-size", whole(1), "Samples per query, in the offline scenario.", 1, studies=_SCORED
    ).field()
    functional_unit: str | None = Option(
        "--functional-unit",
        TEXT,
        "What R counts, such as 'image' or '1000 images' (default: sample).",
        studies=_MODELS,
    ).field()
    volume: str | None = Option(
        "--volume",
        checked(parse_volume, "N/PERIOD"),
        "Units of R in production, such as 1M/day: savings are told by the year.",
        studies=_SCORED,
    ).field()
    max_latency: str | None = Option(
        "--max-latency", checked(_latency, "pNN=TIME"), "A bound such as p99=20ms.", studies=_MODELS
    ).field()
    max_memory: str | None = Option(
        "--max-memory", checked(_size, "SIZE"), "A bound such as 1GB.", studies=_MODELS
    ).field()

    def check(self) -> None:
        """Refuse a batch where samples come singly, and shapes of inputs that have theirs."""
        if self.batch_size > 1 and self.scenario is not Scenario.OFFLINE:
            raise BadInput(f"--batch-size {self.batch_size} goes with --scenario offline")
        if self.samples and self.dims:
            raise BadInput("--dim shapes generated inputs; with --samples the files have their shapes")

    def latency_bound(self) -> tuple[float, float] | None:
        """(percentile, seconds) from ``p99=20ms``."""
        return None if self.max_latency is None else _latency("--max-latency", self.max_latency)

    def production(self) -> Volume | None:
        """The volume in production, where it was given."""
        return None if self.volume is None else parse_volume("--volume", self.volume)

    def memory_bound(self) -> float | None:
        """Bytes from ``1GB``."""
        return None if self.max_memory is None else parse_bytes(self.max_memory)
