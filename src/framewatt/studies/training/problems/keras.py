"""A Keras model file as a learning problem: a task whose scripts are Keras on its back ends.

The user's ``build()`` is called in one of Keras's environments, which says what it makes and draws every
seed's initial weights; all back ends begin from those.
"""

from __future__ import annotations

import ast
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.candidates import environments
from framewatt.candidates.choice import choice_of
from framewatt.candidates.enumeration import CandidateSpec, enumerate_candidates
from framewatt.discovery import discover, nearest
from framewatt.errors import BadInput, EnvironmentFailed, Inapplicable, TrialFailed
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.studies.training.data.array_file import PARTS, read_arrays
from framewatt.studies.training.data.keras_labels import KerasModel, labels_of
from framewatt.studies.training.data.table import FITTING, METRIC_OF
from framewatt.studies.training.data.task_folder import (
    LEAST_SEEDS,
    TERMS,
    Task,
    check_terms,
    require_batch,
    require_reference,
    wanted_quality,
)
from framewatt.studies.training.problems.scripted import TaskProblem
from framewatt.trials.process import WorkerProcess, python_environment, python_worker
from framewatt.worker.python.framewatt_worker.reasons import LOG
from framewatt.worker.python.framewatt_worker.tensors import read_tensors
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from framewatt.records import Workload
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress

_NAME = "TASK"
_USUAL = {"epochs": 20, "batch": 32, "seeds": LEAST_SEEDS, "optimisation": "same"}


def open_keras(workload: Workload, request: SelectRequest, progress: Progress) -> TaskProblem:
    """Read the data and the terms, and have the model built once.

    Raises:
        BadInput: data that cannot be learnt, a model that cannot be trained on them, or an impossible term.
    """
    if workload.data is None:
        raise BadInput(f"{request.source}: a Keras model is trained on --data data.npz")
    terms = _terms(workload.path)
    arrays = read_arrays(workload.data, request.race.seed, available_memory_bytes())
    require_batch(workload.path, terms["batch"], arrays)
    seeds = tuple(range(1, terms["seeds"] + 1))
    specs = [e for e in enumerate_candidates(choice_of(request), workload.format) if e.equal_budget]
    require_reference(workload.path, terms, _back_ends(workload.format))
    shape = arrays["x_train"].shape[1:]
    question = _Question(workload.path, seeds, shape)
    model, weights = _described(question, specs, request, progress)
    _check_trainable(workload.path, model, shape, terms)
    labels = labels_of(model, {part: arrays[f"y_{part}"] for part in PARTS}, workload.data)
    metric = _metric(request.work.metric or terms.get("metric"), labels.task)
    task = Task(
        name=workload.name,
        metric=metric,
        quality=wanted_quality(workload.path, terms, metric, request.work.quality),
        epochs=terms["epochs"],
        batch=terms["batch"],
        seeds=seeds,
        optimisation=terms["optimisation"],
        reference=terms.get("reference"),
        options={"model": str(workload.path), "link": labels.link},
        arrays={**arrays, **labels.arrays, **weights},
        scripts=(),
        networks={},
    )
    return TaskProblem(task, tuple(specs))


def _back_ends(model_format: str) -> list[str]:
    """Who trains such files, whether or not it was asked for."""
    return [name for name, plugin in discover("frameworks").items() if model_format in plugin.module.ACCEPTS]


def _terms(path: Path) -> dict[str, Any]:
    """The entries of ``task.toml`` that the file's ``TASK = {...}`` holds; the usual where it is silent."""
    tree = ast.parse(path.read_bytes())
    terms: Any = {}
    for node in tree.body:
        assigned = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(target, ast.Name) and target.id == _NAME for target in assigned)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and named:
            try:
                terms = ast.literal_eval(node.value)
            except ValueError:
                terms = None
    if not isinstance(terms, dict):
        raise BadInput(f"{path}: {_NAME} must be a dict of plain values, such as {{'epochs': 20}}")
    check_terms(path, terms, known=TERMS, needed=())
    return {**_USUAL, **terms}


@dataclass(frozen=True, slots=True)
class _Question:
    """What a back end is asked to build: the user's file, from which seeds, for rows of which shape."""

    path: Path
    seeds: Sequence[int]
    shape: Sequence[int]


def _described(
    question: _Question, specs: Sequence[CandidateSpec], request: SelectRequest, progress: Progress
) -> tuple[KerasModel, dict[str, NDArray[Any]]]:
    """Ask the first back end that is there what the model is; returns it with the initial weights."""
    reasons = []
    for spec in (spec for spec in specs if spec.inapplicable is None):
        try:
            return _ask(question, spec, request, progress)
        except (EnvironmentFailed, Inapplicable) as reason:
            reasons.append(f"{spec.plugin.name}: {reason}")
        except TrialFailed as error:
            message, _, _ = str(error).partition(LOG)  # which is gone by now
            for prefix in ("describe: ", "TypeError: "):
                message = message.removeprefix(prefix)
            raise BadInput(f"{question.path}: not a Keras model to train: {message}") from None
    refusals = "; ".join(reasons) or "none was asked for"
    raise BadInput(f"{question.path}: no Keras back end can build it: {refusals}")


def _ask(
    question: _Question, spec: CandidateSpec, request: SelectRequest, progress: Progress
) -> tuple[KerasModel, dict[str, NDArray[Any]]]:
    plugin = spec.plugin
    wanted = environments.spec_for(plugin, spec.candidate.version, "runtime", request.candidates.packages)
    if request.candidates.environment == "current":
        environment = environments.current_interpreter(wanted)
    else:
        environment = environments.provide(wanted, plugin, progress.building)
    progress.say(f"building the model of {question.path.name}")
    command = python_worker(environment.interpreter, plugin.path)
    with tempfile.TemporaryDirectory() as scratch:
        weights, log = Path(scratch) / "weights.tensors", Path(scratch) / "describe.log"
        asked: dict[str, Any] = {"model": str(question.path), "weights": str(weights)}
        asked |= {"seeds": list(question.seeds), "shape": list(question.shape)}
        with WorkerProcess(command, log=log, environment=python_environment(1)) as worker:
            worker.request("hello", timeout=request.race.timeout)
            answer = worker.request("describe", timeout=request.race.timeout, **asked)
        tensors = read_tensors(weights)
    return KerasModel(**answer["model"]), {f"weights-{name}": array for name, array in tensors.items()}


def _check_trainable(path: Path, model: KerasModel, shape: Sequence[int], terms: dict[str, Any]) -> None:
    for side, tensors in (("input", model.inputs), ("output", model.outputs)):
        if len(tensors) != 1:
            raise BadInput(f"{path}: build() has {len(tensors)} {side}s; models with one can be trained here")
    wanted = model.inputs[0][1:]
    if len(wanted) != len(shape) or any(w not in {None, s} for w, s in zip(wanted, shape, strict=True)):
        raise BadInput(f"{path}: the model takes rows of shape {tuple(wanted)}, x has {tuple(shape)}")
    if model.random_layers and terms["optimisation"] == "same":
        raise BadInput(
            f"{path}: layer {model.random_layers[0]} draws random numbers that differ between back ends, so "
            f"the first losses cannot agree; say {_NAME} = {{'optimisation': 'free'}} in the file"
        )


def _metric(asked: str | None, task: str) -> str:
    """The metric that was asked for, if it fits what is learnt; else the usual one."""
    if asked is None:
        return METRIC_OF[task]
    if asked not in quality.METRICS:
        raise BadInput(f"--metric {asked!r} is unknown{nearest(asked, quality.METRICS)}")
    if asked not in FITTING[task]:
        raise BadInput(f"--metric {asked} does not fit {task} labels; choose {', '.join(FITTING[task])}")
    return asked
