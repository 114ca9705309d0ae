"""``manifest.json``: what was asked, of what, where, metered by what, and who may come.

The schema's history. Entries are only ever added to a version, and a reader of it must do without the younger
ones: what older runs lack is optional here.

``framewatt/run/1``
    The first. Younger than its first runs are ``hardware`` and ``carbon`` (without them a run has no carbon
    figures), ``training`` (of a training study, and of the trained models' race inside it), ``whole_budget``
    (of such a race alone), ``question`` (of a comparison of commands), and of the request ``data``, ``size``,
    ``dataset``, ``drop``, ``encoding``, ``network_energy``, ``max_regret``, ``prepare_budget``,
    ``as_shipped``, ``retry`` and ``volume``; of candidates ``as_shipped`` and ``begins``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from framewatt.metering.power.model import PowerModel
from framewatt.records import Candidate, Host, MeterDescription, Stage
from framewatt.records.stored import PlainRecord, known_fields
from framewatt.runs.question import Question
from framewatt.runs.request import SelectRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "framewatt/run/1"


@dataclass(frozen=True, slots=True)
class WorkloadLine(PlainRecord):
    """What the user handed over; `sha256` tells it from another of that name."""

    name: str
    kind: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FunctionalUnit(PlainRecord):
    """R, and how many samples make one of it."""

    name: str
    samples: float


@dataclass(frozen=True, slots=True)
class CandidateLine(PlainRecord):
    """Who may come; `family` is a framework whose models it also runs.

    `equal_budget` marks a framework's default, `as_shipped` one with none of its settings touched, `begins`
    who does not wait for the search over settings (None in older runs: those at the equal budget).
    """

    id: str
    framework: str
    title: str
    family: str | None
    version: str
    device: str
    language: str
    settings: dict[str, str]
    equal_budget: bool
    as_shipped: bool = False
    begins: bool | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is in the race from its start, and does not wait for the search over settings."""
        return self.equal_budget if self.begins is None else self.begins

    @property
    def contestant(self) -> str:
        """What all settings of one framework share; another version or a repeated entry is another one."""
        repeat = Candidate.parse(self.id).repeat
        return f"{self.framework}@{self.version}" + (f"#{repeat}" if repeat > 1 else "")


@dataclass(frozen=True, slots=True)
class TrainingBlock:
    """What is learnt from what, as the problem describes it, and what is kept for the models' race."""

    described: Mapping[str, Any]
    serving_budget: float

    def to_json(self) -> dict[str, Any]:
        """The training as the manifest names it: one block."""
        return {**self.described, "serving_budget": self.serving_budget}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored training."""
        described = {key: value for key, value in record.items() if key != "serving_budget"}
        return cls(described, float(record["serving_budget"]))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known when a run begins.

    `power_model` is for what no meter watches. `hardware` is the ``[hardware]`` table of framewatt.toml as it
    was, `carbon` the document's block that the run began with: no second look-up may change either.
    `question` is what is asked of commands, where those are what is compared.
    """

    framewatt_version: str
    created: str
    command: str
    stage: Stage
    request: SelectRequest
    workload: WorkloadLine
    functional_unit: FunctionalUnit
    window_seconds: float
    host: Host
    python: str
    worker_environment: dict[str, str]
    meter: MeterDescription
    power_model: PowerModel
    candidates: tuple[CandidateLine, ...]
    hardware: Mapping[str, Any] | None = None
    carbon: Mapping[str, Any] | None = None
    training: TrainingBlock | None = None
    whole_budget: float | None = None
    question: Question | None = None

    def candidate(self, name: str) -> CandidateLine:
        """The line of the candidate with this id.

        Raises:
            KeyError: there is none.
        """
        line = next((line for line in self.candidates if line.id == name), None)
        if line is None:
            raise KeyError(name)
        return line

    def to_json(self) -> dict[str, Any]:
        """The manifest as it lies in the run folder."""
        optional = {
            "training": self.training.to_json() if self.training else None,
            "whole_budget": self.whole_budget,
            "question": self.question.to_json() if self.question else None,
        }
        return {
            "schema": SCHEMA,
            "framewatt_version": self.framewatt_version,
            "created": self.created,
            "command": self.command,
            "stage": self.stage.value,
            "request": self.request.to_json(),
            "workload": self.workload.to_json(),
            "functional_unit": self.functional_unit.to_json(),
            "window_seconds": self.window_seconds,
            "host": self.host.to_json(),
            "python": self.python,
            "worker_environment": self.worker_environment,
            "meter": self.meter.to_json(),
            "power_model": self.power_model.parameters(),
            "candidates": [line.to_json() for line in self.candidates],
            "hardware": self.hardware,
            "carbon": self.carbon,
            **{name: value for name, value in optional.items() if value is not None},
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A stored manifest of this schema.

        Raises:
            BadInput: its request was edited.
            KeyError, TypeError, ValueError, AttributeError: another part of it was.
        """
        unit, training, question = record["functional_unit"], record.get("training"), record.get("question")
        typed = {
            "stage": Stage(record["stage"]),
            "request": SelectRequest.from_json(record["request"]),
            "workload": WorkloadLine(**known_fields(WorkloadLine, record["workload"])),
            "functional_unit": FunctionalUnit(**known_fields(FunctionalUnit, unit)),
            "host": Host.from_json(record["host"]),
            "meter": MeterDescription.from_json(record["meter"]),
            "power_model": PowerModel.from_parameters(record["power_model"]),
            "candidates": tuple(map(CandidateLine.from_json, record["candidates"])),
            "training": TrainingBlock.from_json(training) if training else None,
            "question": Question.from_json(question) if question else None,
        }
        return cls(**known_fields(cls, record) | typed)
