"""Who is let into the race: whoever runs the model, within the bounds, and computes the same thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from framewatt.errors import BadInput, Inapplicable, TrialFailed
from framewatt.records import REFERENCE_PRECISION, Candidate, Status
from framewatt.records.units import format_bytes
from framewatt.runs.records import Admitted, OracleOverruled, OwnFile, ParityCheck, QualityScore
from framewatt.studies.inference.own_file import on_own_file
from framewatt.studies.inference.preparation import CHECKED_SAMPLES
from framewatt.trials.inference import outputs
from framewatt.worker.python.framewatt_worker.tensors import read_tensors, write_tensors
from framewatt.workload import metrics as quality
from framewatt.workload import parity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.studies.context import StudyContext
    from framewatt.studies.inference.preparation import Material
    from framewatt.trials.blocks import BlockRunner
    from framewatt.trials.inference import Inference, InferenceSpec
    from framewatt.workload.labels import Labels
    from framewatt.workload.oracle import Answer

_CHECKING = "checking what each computes"
_UNKNOWN = "unknown: the reference evaluator cannot run this model, and too few candidates do"
VOTERS = 3
"""A median of fewer candidates cannot tell which one is wrong."""
_QUALITY_LOSS = 0.01
"""How much worse than full precision a lower one may be on the labels, where no --quality is named."""


class Admission:
    """Launches contestants and decides who is admitted. The oracle and the labels are kept for latecomers."""

    def __init__(
        self, material: Material, labels: Labels | None, runner: BlockRunner[Inference], context: StudyContext
    ) -> None:
        """Nothing is launched yet."""
        self._material = material
        self._labels = labels
        self._runner = runner
        self._context = context
        self._right: Answer | None = None
        self._source = "none yet"
        self._full_precision_quality: list[float] = []
        self._references: dict[str, str] = {}
        self._wanted = len(material.files) if labels else min(CHECKED_SAMPLES, len(material.files))

    def admit_all(self, contestants: Mapping[str, InferenceSpec]) -> Admitted:
        """Launch everyone once, before the race and its budget begin."""
        launches: dict[str, float] = {}
        answers: dict[str, Answer] = {}
        for number, (name, contestant) in enumerate(contestants.items()):
            self._context.progress.step(_CHECKING, number, len(contestants))
            try:
                launches[name], answers[name] = self._launch(contestant)
            except (Inapplicable, TrialFailed) as reason:
                self._dismiss(name, _status_of(reason), self._blamed(contestant, str(reason)))
        self._context.progress.step(_CHECKING, len(contestants), len(contestants))
        self._consult(answers)
        self._remember()
        admitted = tuple(name for name in answers if self._passes(contestants[name], answers[name]))
        return Admitted(
            admitted,
            seconds=0.0,
            cohort=self._runner.cohort_size(),
            references=self._references,
            launches={name: launches[name] for name in admitted},
        )

    def admit_late(self, contestant: InferenceSpec) -> bool:
        """Launch a candidate that the search over settings brought in; says whether it may race."""
        if self._right is None:
            self._recall()
        try:
            _, answer = self._launch(contestant)
        except (Inapplicable, TrialFailed) as reason:
            self._dismiss(contestant.candidate, _status_of(reason), self._blamed(contestant, str(reason)))
            return False
        return self._passes(contestant, answer)

    def _launch(self, contestant: InferenceSpec) -> tuple[float, Answer]:
        """Launch it on our copy of the model; where that fails, on the user's own file, as by hand."""
        try:
            return self._try(contestant)
        except TrialFailed as reason:
            own = on_own_file(contestant)
            if own is None:
                raise
            self._runner.dismiss(own.candidate)
            launched = self._try(own)
            self._context.keep(OwnFile(own.candidate, str(reason)))
            return launched

    def _try(self, contestant: InferenceSpec) -> tuple[float, Answer]:
        seconds = self._runner.admit(contestant)
        folder = self._context.run.path / "outputs"
        number = len(list(folder.glob("*"))) if folder.exists() else 0
        place = folder / str(number)
        name = contestant.candidate
        if told := self._runner.ask(name, lambda trial: trial.precision):
            line = self._context.run.manifest.candidate(name)
            self._context.enrol([replace(line, settings={**line.settings, "precision": told})])
        return seconds, self._runner.ask(name, lambda trial: outputs(trial, self._wanted, place))

    def _consult(self, answers: Mapping[str, Answer]) -> None:
        """Ask the reference evaluator once; where it cannot answer, the candidates' median stands in.

        It does so too where the evaluator contradicts everyone while they agree: it is slow and simple, and
        not free of faults, and independent frameworks do not share one by chance.
        """
        self._right, self._source = self._material.right, "ONNX reference evaluator"
        checked = {name: answer[:CHECKED_SAMPLES] for name, answer in answers.items()}
        if len({_framework(name) for name in checked}) >= VOTERS:
            median = parity.consensus(list(checked.values()))
            contradicted = self._right is not None and not self._who_agrees(checked, self._right)
            if contradicted and len(self._who_agrees(checked, median)) >= max(VOTERS, len(checked) / 2):
                self._context.keep(OracleOverruled(self._source))
                self._right = None
            if self._right is None:
                self._right, self._source = median, "median of the candidates"
        elif self._right is None:
            self._source = f"{_UNKNOWN}{_apart(list(checked.values()))}"

    def _remember(self) -> None:
        """Keep what was right, for candidates that come in after the run was interrupted."""
        folder = self._context.run.path / "oracle"
        folder.mkdir(exist_ok=True)
        for index, named in enumerate(self._right or ()):
            write_tensors(folder / f"{index:05d}.tensors", named)

    def _recall(self) -> None:
        paths = sorted((self._context.run.path / "oracle").glob("*.tensors"))
        if paths:
            self._right = [read_tensors(path) for path in paths]
            self._source = "the oracle that the run began with"

    def _who_agrees(self, answers: Mapping[str, Answer], right: Answer) -> set[str]:
        """The frameworks whose answers are within the tolerance of `right`."""
        return {
            _framework(name)
            for name, answer in answers.items()
            if parity.compare_outputs(answer, right, self._tolerance(name)).agrees
        }

    def _tolerance(self, name: str) -> float:
        """What the user allows, or what rounding to the candidate's precision explains."""
        asked = self._context.request.work.tolerance
        return parity.default_tolerance(self._precision(name)) if asked is None else asked

    def _precision(self, name: str) -> str:
        """What a candidate computes in."""
        line = self._context.run.manifest.candidate(name)
        return line.settings.get("precision", REFERENCE_PRECISION)

    def _passes(self, contestant: InferenceSpec, answer: Answer) -> bool:
        lower = self._precision(contestant.candidate) != REFERENCE_PRECISION
        judged_by_labels = lower and self._labels is not None
        problem = self._memory_problem(contestant.candidate)
        wrong = self._parity_problem(contestant.candidate, answer)
        poor = self._quality_problem(contestant.candidate, answer, lower=lower)
        own = self._precision_problem(contestant.candidate)
        if own and not problem and contestant.candidate == self._as_shipped_today():
            self._references[contestant.candidate] = own  # savings are told against what runs today
            return True
        problem = problem or own or (poor if judged_by_labels else wrong or poor)
        if problem:
            ours = self._blamed(contestant, problem) if problem == wrong else problem
            self._dismiss(contestant.candidate, Status.INFEASIBLE, ours)
        return problem is None

    def _precision_problem(self, name: str) -> str | None:
        """As shipped, a framework takes the precision that it likes: it may be no rival of the others."""
        asked, own = self._context.request.candidates, self._precision(name)
        allowed = {asked.precision or REFERENCE_PRECISION, *asked.allow_precision}
        shipped = self._context.run.manifest.candidate(name).as_shipped
        if not shipped or own in allowed:
            return None
        return f"as shipped it computes in {own}: --allow-precision {own} admits it"

    def _as_shipped_today(self) -> str | None:
        """The incumbent as people install it, whatever precision it takes by itself."""
        asked = self._context.request.race.incumbent
        shipped = [line.id for line in self._context.run.manifest.candidates if line.as_shipped]
        return next((name for name in shipped if Candidate.parse(name).matches(asked)), None)

    def _memory_problem(self, name: str) -> str | None:
        asked, peak = self._context.request.work, self._runner.peak_memory_bytes(name)
        bound = asked.memory_bound()
        if bound is None or peak is None or peak <= bound:
            return None
        return f"needs {format_bytes(peak)} of memory; --max-memory is {asked.max_memory}"

    def _parity_problem(self, name: str, answer: Answer) -> str | None:
        if self._right is None:
            self._context.keep(ParityCheck(name, None, self._source))
            return None
        tolerance, precision = self._tolerance(name), self._precision(name)
        checked = parity.compare_outputs(answer[: len(self._right)], self._right, tolerance)
        error = checked.error if np.isfinite(checked.error) else None
        full = precision == REFERENCE_PRECISION
        source = (
            self._source if full else f"{self._source} ({precision}: {tolerance:.3g} of its scale allowed)"
        )
        self._context.keep(ParityCheck(name, error, source))
        if checked.agrees:
            return None
        problem = checked.reason or "wrong outputs"
        if full or parity.DIFFERS not in problem or not checked.error < 1:
            return problem
        enough = f"--tolerance {parity.tolerance_for(checked.error)}"
        return f"{problem} in {precision}; {enough} admits it, or --labels to judge it by its quality"

    def _quality_problem(self, name: str, answer: Answer, *, lower: bool) -> str | None:
        if self._labels is None:
            return None
        metric, bound = self._labels.metric, self._context.request.work.quality
        stacked = _stacked([next(iter(sample.values())) for sample in answer])
        batched = self._material.library.batch > 1  # samples that fill no batch are left out
        labels = self._labels.values[: len(stacked)] if batched else self._labels.values
        value = quality.score(metric, stacked, labels)
        self._context.keep(QualityScore(name, metric, value))
        if bound is None and lower and self._full_precision_quality:
            bound = quality.allowed(metric, self._full_precision_quality, _QUALITY_LOSS)
        if not lower:
            self._full_precision_quality.append(value)
        if bound is None or not quality.is_worse(metric, value, bound):
            return None
        return f"{metric} {value:.4g} misses {bound:.4g}"

    def _blamed(self, contestant: InferenceSpec, reason: str) -> str:
        """The reason, which is ours where the framework was given what we converted."""
        as_they_came = {*self._material.models.values(), self._material.own_file}
        ours = contestant.work.model not in as_they_came
        return f"{reason} (in framewatt's conversion of your model)" if ours else reason

    def _dismiss(self, name: str, status: Status, reason: str) -> None:
        self._runner.dismiss(name)
        self._context.settle(name, status, reason)


def _apart(answers: Sequence[Answer]) -> str:
    """How far two candidates' outputs lie apart, where nobody can tell which is right."""
    if len(answers) < 2:  # noqa: PLR2004 - two
        return ""
    checked = parity.compare_outputs(answers[0], answers[1], parity.default_tolerance(REFERENCE_PRECISION))
    if checked.agrees:
        return "; those agree with each other"
    return f"; those differ by {checked.error:.2g} of their scale" if np.isfinite(checked.error) else ""


def _framework(candidate: str) -> str:
    """The framework in a candidate's id: repeated entries and other versions are no independent voices."""
    return Candidate.parse(candidate).framework


def _status_of(reason: Exception) -> Status:
    return Status.INAPPLICABLE if isinstance(reason, Inapplicable) else Status.FAILED


def _stacked(outputs: Sequence[np.ndarray]) -> np.ndarray:
    try:
        return np.concatenate([np.atleast_1d(output) for output in outputs])
    except ValueError:
        shapes = sorted({output.shape for output in outputs})
        raise BadInput(f"--metric: outputs of several shapes cannot be scored ({shapes[0]}, ...)") from None
