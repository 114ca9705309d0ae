"""Who is let into the race: whoever runs the model, within the bounds, and computes the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framewatt import oracle, parity, quality
from framewatt.errors import BadInput, Inapplicable, TrialFailed
from framewatt.records import Status
from framewatt.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.blocks import BlockRunner
    from framewatt.preparation import Context, Material
    from framewatt.records import Workload
    from framewatt.samples import SampleLibrary
    from framewatt.trial import Contestant

    Answers = dict[str, list[dict[str, np.ndarray]]]
    """Candidate to its outputs, one mapping per sample."""

_CHECKED_SAMPLES = 4
_VOTERS = 3
"""A median of fewer candidates cannot tell which one is wrong."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the labels say, if the user gave any: the metric and the right answers."""

    metric: str
    labels: np.ndarray

    def require_one_label_each(self, library: SampleLibrary) -> None:
        """Check that labels and samples go together; a batch may leave up to its size of samples over.

        Raises:
            BadInput: there are more or fewer labels than samples.
        """
        samples = len(library.samples) * library.batch
        if not samples <= len(self.labels) < samples + library.batch:
            raise BadInput(f"--labels holds {len(self.labels)} labels, but there are {samples} samples")


def task_of(workload: Workload, context: Context) -> Task | None:
    """The labels and metric of the request, else those that come with the workload.

    Raises:
        BadInput: the labels cannot be read, or no metric is named.
    """
    path = Path(context.request.labels) if context.request.labels else workload.labels
    metric = context.request.metric or workload.metric
    if path is None:
        return None
    if metric is None:
        raise BadInput(f"--labels {path} needs --metric ({', '.join(quality.METRICS)})")
    if metric not in quality.METRICS:
        raise BadInput(f"--metric {metric!r} is unknown; known: {', '.join(quality.METRICS)}")
    try:
        with path.open("rb") as file:
            labels = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput(f"--labels {path}: not a readable .npy file ({error})") from None
    return Task(metric, np.atleast_1d(labels))


def qualify(
    contestants: Mapping[str, Contestant],
    material: Material,
    task: Task | None,
    runner: BlockRunner,
    context: Context,
) -> tuple[list[str], float]:
    """Launch everyone once, check memory, outputs and quality.

    Returns who is admitted, in order, and the seconds that launching those took.
    """
    wanted = len(material.files) if task else min(_CHECKED_SAMPLES, len(material.files))
    answers: Answers = {}
    launches: dict[str, float] = {}
    for name, contestant in contestants.items():
        context.progress.say(f"launching {name}")
        try:
            launches[name] = runner.admit(contestant, trial=0)
            answers[name] = runner.outputs(name, wanted, context.run.path / "outputs" / str(len(answers)))
        except Inapplicable as reason:
            _dismiss(name, Status.INAPPLICABLE, str(reason), runner, context)
        except TrialFailed as reason:
            _dismiss(name, Status.FAILED, str(reason), runner, context)
    _check_memory(answers, runner, context)
    _check_parity(answers, material, runner, context)
    if task:
        _check_quality(answers, task, material.library.batch, runner, context)
    return list(answers), sum(launches[name] for name in answers)


def _dismiss(name: str, status: Status, reason: str, runner: BlockRunner, context: Context) -> None:
    runner.dismiss(name)
    context.settle(name, status, reason)


def _check_memory(answers: Answers, runner: BlockRunner, context: Context) -> None:
    bound = context.request.memory_bound()
    for name in list(answers) if bound else ():
        peak = runner.peak_memory_bytes(name)
        if peak is not None and peak > (bound or 0):
            del answers[name]
            told = (
                f"needs {format_bytes(peak)} of memory, more than --max-memory {context.request.max_memory}"
            )
            _dismiss(name, Status.INFEASIBLE, told, runner, context)


def _check_parity(answers: Answers, material: Material, runner: BlockRunner, context: Context) -> None:
    right, source = _oracle(answers, material)
    for name in list(answers):
        if right is None:
            context.run.append("parity", {"candidate": name, "error": None, "oracle": source})
            continue
        found = parity.compare_outputs(answers[name][: len(right)], right, context.request.tolerance)
        error = found.error if np.isfinite(found.error) else None
        context.run.append("parity", {"candidate": name, "error": error, "oracle": source})
        if not found.agrees:
            del answers[name]
            _dismiss(name, Status.INFEASIBLE, found.reason or "wrong outputs", runner, context)


def _oracle(answers: Answers, material: Material) -> tuple[Sequence[Mapping[str, np.ndarray]] | None, str]:
    files = material.files[:_CHECKED_SAMPLES]
    right = (
        oracle.consult(material.models["onnx"], material.digest, files) if "onnx" in material.models else None
    )
    if right is not None:
        return right, "ONNX reference evaluator"
    if len(answers) < _VOTERS:
        return (
            None,
            "unknown: the reference evaluator cannot run this model, and fewer than three candidates do",
        )
    return parity.consensus([answer[: len(files)] for answer in answers.values()]), "median of the candidates"


def _check_quality(answers: Answers, task: Task, batch: int, runner: BlockRunner, context: Context) -> None:
    bound = context.request.quality
    for name, answer in list(answers.items()):
        outputs = _stacked([next(iter(sample.values())) for sample in answer])
        labels = task.labels[: len(outputs)] if batch > 1 else task.labels
        value = quality.score(task.metric, outputs, labels)
        context.run.append("quality", {"candidate": name, "metric": task.metric, "value": value})
        if bound is not None and quality.is_worse(task.metric, value, bound):
            del answers[name]
            told = f"{task.metric} {value:.4g} misses --quality {bound:.4g}"
            _dismiss(name, Status.INFEASIBLE, told, runner, context)


def _stacked(outputs: Sequence[np.ndarray]) -> np.ndarray:
    try:
        return np.concatenate([np.atleast_1d(output) for output in outputs])
    except ValueError:
        shapes = sorted({output.shape for output in outputs})
        raise BadInput(f"--metric: outputs of several shapes cannot be scored ({shapes[0]}, ...)") from None
