"""Models in each framework's own format: from a private copy, cached by the model's hash, verified.

A converter may rewrite its input, exit 0 on failure, or want files beside it: it gets a folder of its own.
What failed once is not tried again by itself, but for failures of the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from errno import ENOSPC
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
from filelock import FileLock

from framewatt.config import cache_root
from framewatt.discovery import find
from framewatt.errors import BadInput, Inapplicable, TrialFailed, TrialStopped, reason_of
from framewatt.metering.host.cpu_time import timed
from framewatt.metering.host.inspection import inspect_host
from framewatt.records import AS_SHIPPED, Signature, TensorSpec, Usage
from framewatt.trials.process import WORKERS, WorkerProcess, python_environment, python_worker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from framewatt.candidates.environments import Environment
    from framewatt.discovery import Plugin

_RECORD = "conversion.json"
_FAILURE = "failure.json"
_REMEMBERED = "(it did in an earlier run; --retry tries again)"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A model that a framework can load, and what making it cost (None: nothing had to be made).

    `spent` is what of that was not there yet and had to be waited for.
    """

    model: Path
    cost: Usage | None = None
    spent: Usage | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """An ONNX file made from a model that only its own framework can read, or why there is none."""

    model: Path | None
    signature: Signature
    samples: tuple[Path, ...]
    cost: Usage
    reason: str | None = None


def signature_json(signature: Signature) -> dict[str, Any]:
    """The signature as workers read it."""
    return {
        side: [{"name": spec.name, "dtype": spec.dtype, "shape": list(spec.shape)} for spec in specs]
        for side, specs in (("inputs", signature.inputs), ("outputs", signature.outputs))
    }


@dataclass(frozen=True, slots=True)
class ConversionJob:
    """One conversion to do: `source` is the model's file and `digest` the hash of what it came from.

    With `retry` one that failed before is tried again. `patience` is how many seconds a converter may take
    before it counts as hung.
    """

    plugin: Plugin
    environment: Environment
    source: Path
    digest: str
    signature: Signature
    settings: Mapping[str, str]
    retry: bool = False
    patience: float = 300.0

    @property
    def key(self) -> str:
        """Hash of everything that the result depends on."""
        inputs = [self.digest, asdict(self.signature), self.settings_that_matter, self.environment.packages]
        inputs += [self.plugin.path.read_text(), _workers_code()]
        inputs += [asdict(inspect_host())]  # some compile for this very CPU
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]

    @property
    def settings_that_matter(self) -> dict[str, str]:
        """Those that the framework file says: a search over the runtime's own converts nothing anew."""
        module = self.plugin.module
        own = module.SHIPPED if self.settings == dict(AS_SHIPPED) else self.settings
        names = {"precision", *getattr(module, "CONVERT_SETTINGS", {})}
        return {name: value for name, value in own.items() if name in names}


def needed(module: ModuleType, model_format: str, settings: Mapping[str, str]) -> bool:
    """Whether a framework makes a file of its own from a model of that format under these settings."""
    if not hasattr(module, "convert"):
        return False
    converts = getattr(module, "CONVERT_SETTINGS", None)
    if converts is None:
        return model_format == "onnx"
    return all(not values or settings.get(name) in values for name, values in converts.items())


def convert(job: ConversionJob) -> Conversion:
    """The model in the framework's own format, from the cache if it was made before.

    Where it starts from another framework's conversion, it costs what both take: alone it would.

    Raises:
        Inapplicable: the framework does not support an operator of the model.
        TrialFailed: the converter crashed, hung, or made nothing; or the disk is full. What failed in an
            earlier run fails again in its words.
    """
    base = getattr(job.plugin.module, "CONVERTS_FROM", None)
    if base is None:
        return _once(job)
    first = _once(replace(job, plugin=find("frameworks", base)))
    last = _once(replace(job, source=first.model))
    return Conversion(last.model, _sum(first.cost, last.cost), _sum(first.spent, last.spent))


def _once(job: ConversionJob) -> Conversion:
    folder = cache_root() / "conversions" / f"{job.plugin.name}-{job.key}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not job.retry:
                _fail_again(folder)
            return _cached(folder) or _convert(job, folder)
    except OSError as error:
        raise TrialFailed(f"convert: {reason_of(error)}") from error


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One export of a user's own model, into `folder`; `samples` are the user's, where there are some."""

    plugin: Plugin
    environment: Environment
    source: Path
    folder: Path
    samples: Path | None = None
    patience: float = 300.0


def export(job: ExportJob) -> Export:
    """Export the user's own model to ONNX with the framework that can read it.

    Raises:
        BadInput: the user's code fails, or the model cannot be exported.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    own = None if job.samples is None else str(job.samples.resolve())
    request = {"model": str(job.source), "folder": str(job.folder), "samples": own}
    try:
        answer, cost = _work(job.plugin, job.environment, "export", request, job.patience)
    except TrialFailed as error:
        raise BadInput(f"{job.source}: the model cannot be built and exported to ONNX: {error}") from None
    sides = (answer["signature"][side] for side in ("inputs", "outputs"))
    inputs, outputs = (tuple(_spec(entry) for entry in side) for side in sides)
    model = None if answer["model"] is None else Path(answer["model"])
    samples_of_its_own = tuple(map(Path, answer["samples"]))
    return Export(model, Signature(inputs, outputs), samples_of_its_own, cost, answer.get("reason"))


def _convert(job: ConversionJob, folder: Path) -> Conversion:
    """Convert into an empty folder, and remember there what came of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        model, cost = _made(job, folder)
    except TrialStopped:
        raise
    except (Inapplicable, TrialFailed) as reason:
        if os.strerror(ENOSPC) not in str(reason):
            failure = {"inapplicable": isinstance(reason, Inapplicable), "reason": str(reason)}
            (folder / _FAILURE).write_text(json.dumps(failure))
        raise
    record = {"model": str(model.relative_to(folder)), "cost": asdict(cost)}
    (folder / _RECORD).write_text(json.dumps(record))
    return Conversion(model, cost, cost)


def _made(job: ConversionJob, folder: Path) -> tuple[Path, Usage]:
    request = {
        "model": str(_private_copy(job, folder)),
        "folder": str(folder),
        "settings": job.settings_that_matter,
        "signature": signature_json(job.signature),
    }
    answer, cost = _work(job.plugin, job.environment, "convert", request, job.patience)
    model = Path(answer["model"])
    if not model.exists():
        raise TrialFailed(f"the converter reported success, but {model.name} does not exist")
    return model, cost


def _private_copy(job: ConversionJob, folder: Path) -> Path:
    """An ONNX file that a converter may write over; other sources are only read, and stay where they are."""
    if job.source.suffix != ".onnx":
        return job.source
    private = folder / "model.onnx"
    onnx.save(onnx.load(str(job.source)), str(private))  # with its weights inside
    return private


def _work(
    plugin: Plugin, environment: Environment, operation: str, request: dict[str, Any], patience: float
) -> tuple[dict[str, Any], Usage]:
    folder = Path(request["folder"])
    command = python_worker(environment.interpreter, plugin.path)
    log = folder / f"{operation}.log"
    with WorkerProcess(command, log=log, environment=python_environment(1), folder=folder) as worker:
        worker.request("hello", timeout=patience)
        return timed(worker.cpu_times, lambda: worker.request(operation, timeout=patience, **request))


def _cached(folder: Path) -> Conversion | None:
    try:
        record = json.loads((folder / _RECORD).read_text())
        conversion = Conversion(folder / record["model"], Usage(**record["cost"]), _sum())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return conversion if conversion.model.exists() else None


def _sum(*costs: Usage | None) -> Usage:
    known = [cost for cost in costs if cost]
    return Usage(
        seconds=sum(cost.seconds for cost in known),
        user_seconds=sum(cost.user_seconds for cost in known),
        system_seconds=sum(cost.system_seconds for cost in known),
    )


def _fail_again(folder: Path) -> None:
    try:
        failure = json.loads((folder / _FAILURE).read_text())
        kind = Inapplicable if failure["inapplicable"] else TrialFailed
        told = f"{failure['reason']} {_REMEMBERED}"
    except (OSError, ValueError, KeyError, TypeError):
        return
    raise kind(told)


@cache
def _workers_code() -> str:
    """Hash of the code that framework files share in their environments."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(WORKERS.rglob("*.py")))).hexdigest()


def _spec(entry: Mapping[str, Any]) -> TensorSpec:
    shape = tuple(entry["shape"])
    names = tuple(None if size is not None else f"{entry['name']}.{axis}" for axis, size in enumerate(shape))
    return TensorSpec(entry["name"], entry["dtype"], shape, names)
