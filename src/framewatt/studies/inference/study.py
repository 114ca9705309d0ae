"""Which framework answers queries of the user's own model with the least energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.candidates.choice import choice_of
from framewatt.candidates.enumeration import candidate_line, enumerate_candidates, left_out
from framewatt.candidates.incumbent import require_incumbent
from framewatt.candidates.locks import locked_bytes
from framewatt.errors import BadInput
from framewatt.records import Status
from framewatt.records.units import format_bytes
from framewatt.runs.records import Settled
from framewatt.studies.beginning import begin, opened_meter, reopen
from framewatt.studies.context import StudyContext
from framewatt.studies.inference.admission import VOTERS, Admission
from framewatt.studies.inference.own_file import on_right_file
from framewatt.studies.inference.preparation import equip, gather, require_inputs
from framewatt.studies.pipeline import GONE, conduct, metered_idle, write_decision
from framewatt.studies.preparation_clock import PreparationClock
from framewatt.studies.progress import Silent
from framewatt.trials.blocks import BlockRunner
from framewatt.workload import oracle
from framewatt.workload.labels import labels_of
from framewatt.workload.metrics import require_possible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.discovery import Plugin
    from framewatt.records import Workload
    from framewatt.runs.records import Admitted
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.trials.inference import Inference, InferenceSpec
    from framewatt.workload.labels import Labels


_SHAPELESS = frozenset({"torchscript"})
"""Formats that do not tell the shapes of a model's inputs."""


def select(request: SelectRequest, workload: Workload, progress: Progress | None = None) -> Decision:
    """Race the candidates for a user's own model; the run folder keeps everything.

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    require_inputs(workload, request, _required_labels(request, workload))
    specs = enumerate_candidates(choice_of(request), workload.format)
    require_incumbent(request.race.incumbent, specs)
    with opened_meter(request) as meter:
        run = begin(request, workload, meter, [candidate_line(spec) for spec in specs])
        context = StudyContext(request, run, progress or Silent())
        return conduct(InferenceStudy(context, workload, meter, specs))


def _required_labels(request: SelectRequest, workload: Workload) -> Labels | None:
    """The labels, where there are any; without them quality cannot be judged.

    Raises:
        BadInput: samples or labels are wanted and not there, or a quality that no model can have.
    """
    if workload.format in _SHAPELESS and not request.work.samples:
        raise BadInput(f"{request.source}: it does not tell its inputs' shapes; give some with --samples")
    quality = request.work.quality
    labels = labels_of(workload, request.work.labels, request.work.metric)
    asked = {"--quality": quality, "--metric": request.work.metric}
    for flag in [flag for flag, value in asked.items() if value is not None and labels is None]:
        raise BadInput(f"{flag} needs --labels: the right answers (.npy), one for each of your --samples")
    if labels is not None and quality is not None:
        require_possible(labels.metric, quality)
    return labels


def resume(path: Path, progress: Progress | None = None) -> Decision:
    """Go on with a run that was interrupted; finished windows count once.

    Raises:
        BadInput: not a run folder, or the model, the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    run, workload = reopen(path)
    request = run.manifest.request
    specs = enumerate_candidates(choice_of(request), workload.format)
    with opened_meter(request, run) as meter:
        context = StudyContext(request, run, progress or Silent())
        return conduct(InferenceStudy(context, workload, meter, specs))


class InferenceStudy:
    """A model's candidates: converted, checked against the oracle, raced; a search over settings recruits."""

    def __init__(
        self, context: StudyContext, workload: Workload, meter: Meter, specs: Sequence[CandidateSpec]
    ) -> None:
        """Nothing is built yet."""
        self.context = context
        self._workload, self._meter, self._specs = workload, meter, specs
        self._clock = PreparationClock(context)

    def prepare(self) -> None:
        """Export the model and lay out its samples; build and convert for all who begin the race."""
        with self._clock.running():
            self._prepare()

    def _prepare(self) -> None:
        work = self.context.request.work
        self._labels = labels_of(self._workload, work.labels, work.metric)
        self._material = gather(self._workload, self.context, self._oracle_patience())
        if self._labels:
            self._labels.require_one_label_each(self._material.library)
        _announce_left_out(left_out(choice_of(self.context.request), self._workload.format), self.context)
        settled = {settled.candidate for settled in self.context.run.records(Settled)}
        begins = {line.id for line in self.context.run.manifest.candidates if line.at_once}
        entering = [s for s in self._specs if s.candidate.id in begins - settled]
        self._contestants = equip(entering, self._material, self._clock, self.context)
        self._tried = {spec.candidate.id for spec in entering}

    def _oracle_patience(self) -> float:
        """Seconds to wait for the oracle: fewer where the candidates' median can stand in for it."""
        voters = {spec.candidate.framework for spec in self._specs if not spec.inapplicable}
        worth = oracle.QUICK if len(voters) > VOTERS else oracle.PATIENCE
        return min(worth, self.context.request.race.timeout)

    def start(self) -> BlockRunner[Inference]:
        """Blocks of inference; admission keeps its workers for the race."""
        instrument = metered_idle(self._meter, self.context)
        runner: BlockRunner[Inference] = BlockRunner(instrument, self.context.keep, self.context.run.logs)
        self._admission = Admission(self._material, self._labels, runner, self.context)
        return runner

    def admit(self) -> Admitted:
        """Launch everyone once, and check what each computes."""
        with self._clock.running():
            return self._admission.admit_all(self._contestants)

    def entrants(self) -> dict[str, InferenceSpec]:
        """Everyone who is ready: only those who were admitted are asked for."""
        return on_right_file(self._contestants, self.context.run)

    def recruit(self, name: str) -> InferenceSpec | None:
        """Build, convert and admit a candidate that the search over settings asks for."""
        wanted = [spec for spec in self._specs if spec.candidate.id == name]
        if not wanted:
            self.context.settle(name, Status.FAILED, GONE)
        if not wanted or name in self._tried:
            return None
        with self._clock.running():
            equipped = equip(wanted, self._material, self._clock, self.context)
            equipped = on_right_file(equipped, self.context.run)
            contestant = equipped.get(name)
            if contestant is None or not self._admission.admit_late(contestant):
                return None
            return on_right_file(equipped, self.context.run)[name]

    def conclude(self) -> Decision:
        """The decision."""
        return write_decision(self.context.run)


def _announce_left_out(plugins: Sequence[Plugin], context: StudyContext) -> None:
    """Say what the default set leaves out, and what it would weigh."""
    weights = ((plugin.module.TITLE, locked_bytes(plugin.name)) for plugin in plugins)
    names = [f"{title} ({format_bytes(weight)})" if weight else title for title, weight in weights]
    if names:
        context.progress.say(f"not in the default set: {', '.join(names)}; add them with --frameworks all")
