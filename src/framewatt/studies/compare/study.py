"""Comparing any commands, in any language, in the pipeline that every measured study goes through."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.metering.host.inspection import inspect_host, reservable_cpus
from framewatt.records import Stage, Workload
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import CandidateLine, FunctionalUnit
from framewatt.runs.question import NULL
from framewatt.runs.records import Admitted, CommandPace
from framewatt.runs.request import SelectRequest
from framewatt.studies.beginning import begin, opened_meter
from framewatt.studies.compare.document import build_document
from framewatt.studies.context import StudyContext
from framewatt.studies.pipeline import conduct
from framewatt.studies.progress import Silent
from framewatt.trials.command_blocks import CommandRunner, Handling, PacedCommand, pace, window_seconds_of
from framewatt.trials.window import Instrument

if TYPE_CHECKING:
    from framewatt.contracts import Meter
    from framewatt.runs.question import Question
    from framewatt.studies.progress import Progress


def compare(
    question: Question, *, meter: str | None, runs_dir: str, progress: Progress | None = None
) -> dict[str, Any]:
    """Race commands and return the comparison (``framewatt/compare/1``); the run folder keeps everything.

    Raises:
        BadInput: a command fails, hangs, leaves children behind, or is to be prepared but ends before the
            meter can tell its energy.
        StoreError: the run folder cannot be written.
    """
    request = _request(question, meter, runs_dir)
    with opened_meter(request, reserved_cpus=reservable_cpus()) as instrument:
        return conduct_comparison(question, request, instrument, progress or Silent())


def conduct_comparison(
    question: Question, request: SelectRequest, meter: Meter, progress: Progress
) -> dict[str, Any]:
    """The same on a meter that is open already."""
    window_seconds = window_seconds_of(meter)
    workload, lines, unit = _workload(question), _lines(question), FunctionalUnit("unit", 1.0)
    run = begin(request, workload, meter, lines, unit=unit, window_seconds=window_seconds, question=question)
    return conduct(ComparisonStudy(StudyContext(request, run, progress), question, meter))


def resume(path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Go on with a comparison that was interrupted; finished windows count once.

    Raises:
        BadInput: no comparison's run folder, or the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    run = RunFolder.open_run(path)
    question, request = run.manifest.question, run.manifest.request
    if question is None:
        raise BadInput(f"{path}: not a comparison of commands; go on with: framewatt select --resume {path}")
    run.require_same(_workload(question).sha256, inspect_host())
    with opened_meter(request, run, reserved_cpus=reservable_cpus()) as meter:
        return conduct(ComparisonStudy(StudyContext(request, run, progress or Silent()), question, meter))


class ComparisonStudy:
    """Commands as contestants: warmed up in every life of the run, all of them admitted."""

    def __init__(self, context: StudyContext, question: Question, meter: Meter) -> None:
        """Nothing runs yet."""
        self.context = context
        self._question, self._meter = question, meter
        self._handling = Handling(
            question.prepare, question.budget_seconds, question.units, NULL, question.seed
        )
        self._paced: dict[str, PacedCommand] = {}

    def prepare(self) -> None:
        """Warm up, which tells how many runs fill a window."""
        for name, command in self._question.by_name.items():
            self.context.progress.say(f"warming up {name}")
            seconds, runs = pace(command, self._question.warmup, self._handling, self._meter)
            self.context.keep(CommandPace(name, seconds, runs))
            self._paced[name] = PacedCommand(command, runs)

    def start(self) -> CommandRunner:
        """Blocks of commands; they hold all CPUs on offer, so a counter's idle power need not be known."""
        instrument = Instrument(self._meter, self._meter.idle_watts() or {})
        return CommandRunner(instrument, self._handling, self.context.keep)

    def admit(self) -> Admitted:
        """Everyone; the budget is for the race alone."""
        return Admitted(self._question.ids, 0.0)

    def entrants(self) -> dict[str, PacedCommand]:
        """Everyone, and the null command."""
        return dict(self._paced)

    def recruit(self, name: str) -> None:
        """Nobody joins late."""

    def conclude(self) -> dict[str, Any]:
        """The comparison, written into its run folder."""
        document = build_document(self.context.run)
        content = json.dumps(document, indent=2, ensure_ascii=False)
        self.context.run.write("comparison.json", content.encode())
        return document


def _request(question: Question, meter: str | None, runs_dir: str) -> SelectRequest:
    """The question's rules as every run keeps them."""
    return SelectRequest.of(
        "commands",
        margin=question.margin,
        budget=question.budget_seconds,
        seed=question.seed,
        meter=meter,
        runs_dir=runs_dir,
    )


def _workload(question: Question) -> Workload:
    """The commands as what is worked on; they are other work where anything about their running differs."""
    running = [list(question.commands), question.null, question.prepare, question.units]
    digest = hashlib.sha256(json.dumps(running).encode()).hexdigest()
    return Workload("compare", "commands", "commands", Path(), digest, stage=Stage.DEVELOPMENT)


def _lines(question: Question) -> list[CandidateLine]:
    """A command's family is its text: the same one twice is compared with itself."""
    named = zip(question.ids, question.commands, strict=True)
    return [
        CandidateLine(name, command, command, None, "", "cpu", "", {}, equal_budget=True)
        for name, command in named
    ]
