"""Runs the plain loops of ``by_hand.py`` in framewatt's environments, and compares what they compute.

A loop "runs by hand" when it runs and its outputs are ONNX Runtime's, within a thousandth of their largest
magnitude. Converters and loaders get the user's own file first; where that fails, one with fixed shapes, and
then what onnxsim makes of it, as their users would try next.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from framewatt.candidates import environments
from framewatt.discovery import discover
from framewatt.trials.process import python_environment
from models import Fetched, Model, Module, store

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = Path(__file__).with_name("by_hand.py")
TOLERANCE = 1e-3
REFERENCE = "onnxruntime"
_VARIANTS = {"fix": "with fixed shapes", "simplify": "simplified by onnxsim"}
_CHANGER = "litert"  # onnx and onnxsim come with onnx2tf
_PATIENCE_SECONDS = 600.0
_CONVERTED = ("mnn", "ncnn", "tensorflow", "litert", "iree")
_MOST_AXES = 5  # of which every order is tried


@dataclass(frozen=True, slots=True)
class Loop:
    """What came of one framework's plain loop; CPU seconds are per inference, `job` runs it again."""

    framework: str
    file: str
    runs: bool
    reason: str | None = None
    difference: float | None = None
    cpu_seconds: float | None = None
    job: dict[str, Any] | None = None


class PlainLoops:
    """The plain loops of one model."""

    def __init__(self, model: Model, seconds: float) -> None:
        """Loops fill `seconds` of CPU time."""
        self.model = model
        self._seconds = seconds
        self._folder = store() / model.name / "by_hand"
        self._extra = model.packages if isinstance(model, Module) else ()
        self._job = self._exported() if isinstance(model, Module) else self._fetched(model)

    def frameworks(self) -> list[str]:
        """Who takes the model, by the framework files."""
        formats = {"onnx", "torch"} if isinstance(self.model, Module) else {"onnx"}
        files = discover("frameworks").items()
        return [name for name, plugin in files if formats & set(plugin.module.ACCEPTS)]

    def measure(self, framework: str) -> Loop:
        """The framework's loop on the user's own file, or on the first of its variants that it runs."""
        if framework == "pytorch":
            return self._attempt(framework, {**self._job, "model": str(self._source)}, "the module")
        own = self._attempt(framework, self._job, "the file itself")
        for do, file in _VARIANTS.items() if not own.runs else ():
            job = self._variant(do)
            loop = self._attempt(framework, job, file) if job else own
            if loop.runs:
                return loop
        return own

    def again(self, framework: str, job: dict[str, Any]) -> float:
        """CPU seconds per inference of a loop that ran, in a fresh process.

        Raises:
            RuntimeError: it does not run any more.
        """
        extra = self._extra if framework == "pytorch" else ()
        again = {**job, "seconds": self._seconds}
        return float(_do(_interpreter(framework, "runtime", extra), again)["cpu_seconds"])

    def _attempt(self, framework: str, job: dict[str, Any], file: str) -> Loop:
        folder = self._folder / framework / file.replace(" ", "-")
        try:
            ready = self._converted(framework, {**job, "framework": framework, "folder": str(folder)})
            extra = self._extra if framework == "pytorch" else ()
            answer = _do(_interpreter(framework, "runtime", extra), ready)
        except RuntimeError as error:
            return Loop(framework, file, runs=False, reason=str(error))
        difference = 0.0 if framework == REFERENCE else self._difference(folder / "outputs.npz")
        runs = difference <= TOLERANCE
        reason = (
            None if runs else f"its outputs differ from ONNX Runtime's by {difference:.2g} of their scale"
        )
        return Loop(framework, file, runs, reason, difference, answer["cpu_seconds"], ready)

    def _converted(self, framework: str, job: dict[str, Any]) -> dict[str, Any]:
        if framework not in _CONVERTED:
            return {**job, "do": "run"}
        answer = _do(_interpreter(framework, "convert"), {**job, "do": "convert"})
        return {**job, "model": answer["model"], "do": "run"}

    def _difference(self, outputs: Path) -> float:
        reference = next(self._folder.glob(f"{REFERENCE}/*/outputs.npz"), None)
        if reference is None:
            self.measure(REFERENCE)
            reference = next(self._folder.glob(f"{REFERENCE}/*/outputs.npz"))
        with np.load(reference) as wanted, np.load(outputs) as found:
            return difference(dict(wanted), dict(found))

    def _fetched(self, model: Fetched) -> dict[str, Any]:
        self._source = model.fetch()
        return self._described(self._source, sorted(model.samples().glob("*.npz")))

    def _exported(self) -> dict[str, Any]:
        self._source = self.model.source  # type: ignore[union-attr] # only called for a module
        job = {"do": "export", "model": str(self._source), "folder": str(self._folder / "export")}
        answer = _do(_interpreter("pytorch", "convert", self._extra), job)
        return self._described(Path(answer["model"]), [Path(query) for query in answer["queries"]])

    def _described(self, path: Path, queries: Sequence[Path]) -> dict[str, Any]:
        graph = onnx.load(str(path), load_external_data=False).graph
        weights = {tensor.name for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in weights]
        sizes = [size for value in inputs for size in value.type.tensor_type.shape.dim]
        return {
            "model": str(path),
            "queries": [str(query) for query in queries],
            "outputs": [value.name for value in graph.output],
            "open": any(size.dim_value <= 0 for size in sizes),
            "seconds": self._seconds,
        }

    def _variant(self, do: str) -> dict[str, Any] | None:
        """The same for a changed copy of the file; None where it cannot be made."""
        job = {**self._job, "do": do, "folder": str(self._folder / do)}
        try:
            answer = _do(_interpreter(_CHANGER, "convert"), job)
        except RuntimeError:
            return None
        return {**self._job, "model": answer["model"], "open": False}


def difference(wanted: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> float:
    """The largest difference of any output over the largest magnitude of that output; infinite without one.

    Converters drop axes of one, move the channels and reorder outputs: an output is compared with whichever
    of the same query comes nearest.
    """
    return max(min(_apart(array, found, key.partition("-")[0])) for key, array in wanted.items())


def _apart(wanted: np.ndarray, found: dict[str, np.ndarray], query: str) -> list[float]:
    others = [array for key, array in found.items() if key.partition("-")[0] == query]
    return [
        np.inf,
        *(_difference_in_any_order(wanted, other) for other in others if other.size == wanted.size),
    ]


def _difference_in_any_order(wanted: np.ndarray, other: np.ndarray) -> float:
    plain, squeezed = wanted.squeeze(), other.squeeze()
    scale = float(np.abs(plain).max()) or 1.0
    orders = permutations(range(squeezed.ndim)) if squeezed.ndim <= _MOST_AXES else [range(squeezed.ndim)]
    arranged = (squeezed.transpose(tuple(order)) for order in orders)
    apart = [np.abs(plain - array).max() / scale for array in arranged if array.shape == plain.shape]
    apart.append(np.abs(plain.ravel() - squeezed.ravel()).max() / scale)
    return min((float(value) for value in apart if np.isfinite(value)), default=np.inf)


@cache
def _interpreter(framework: str, role: str, extra: tuple[str, ...] = ()) -> str:
    """That of framewatt's own environment for the framework, built where it is missing."""
    plugin = discover("frameworks")[framework]
    spec = environments.spec_for(plugin, plugin.module.VERSION, role, extra)
    return str(environments.provide(spec, plugin, lambda *_: None).interpreter)


def _do(interpreter: str, job: dict[str, Any]) -> dict[str, Any]:
    """Run a job of ``by_hand.py``; its output is kept in its folder, and what is not timed is done once.

    Raises:
        RuntimeError: it failed or hung; the message is its last line.
    """
    folder = Path(job["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    path, log, answer = (folder / f"{job['do']}{ending}" for ending in (".json", ".log", "-answer.json"))
    written = json.dumps({**job, "answer": str(answer), "made_of": _digest(SCRIPT, Path(job["model"]))})
    if job["do"] == "run" or not answer.exists() or path.read_text(encoding="utf-8") != written:
        answer.unlink(missing_ok=True)
        path.write_text(written, encoding="utf-8")
        _call(interpreter, path, log)
    told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return told


def _call(interpreter: str, job: Path, log: Path) -> None:
    """The script in the environment, with its home in the job's folder.

    Raises:
        RuntimeError: see `_do`.
    """
    environment = {**python_environment(1), "PATH": os.defpath, "HOME": str(job.parent)}
    del environment["PYTHONPATH"]
    with log.open("w") as output:
        try:
            done = subprocess.run(
                [interpreter, str(SCRIPT), str(job)],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{job.stem} takes longer than {_PATIENCE_SECONDS:.0f} s") from None
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [""]
    if done.returncode < 0:
        raise RuntimeError(f"{job.stem} crashed, signal {-done.returncode}")
    if done.returncode:
        raise RuntimeError(f"{job.stem}: {lines[-1][:300]}")


def _digest(*paths: Path) -> str:
    contents = (path.read_bytes() if path.is_file() else b"" for path in paths)
    return hashlib.sha256(b"".join(contents)).hexdigest()
