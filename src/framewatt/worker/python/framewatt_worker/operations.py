"""What a worker can be asked: one method an operation, a plain mapping in and out."""

from __future__ import annotations

import importlib
import os
import platform
import time
from array import array
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .tensors import read_tensors, write_tensors
from .training import TrainingOperations

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np

PROTOCOL = 1

_SHORTEST_TURN = 0.02
"""Seconds of queries at a time from which their pace is well known."""
_BIN_GROWTH = 1.01
"""Latencies are counted in bins that are 1 % wide: `counts[i]` holds those of about 1.01**i ns."""


class Operations(TrainingOperations):
    """One framework's answers. Each `op_*` takes the request and returns what the reply carries."""

    def __init__(self, framework: ModuleType) -> None:
        """`framework` is the plug-in file, loaded by path in this interpreter."""
        self._framework = framework
        os.environ.update(getattr(framework, "ENVIRONMENT", {}))  # nothing of the framework is imported yet
        self._session: Any = None
        self._samples: list[dict[str, np.ndarray]] = []
        self._answered = array("q")

    @property
    def title(self) -> str:
        """How people call the framework."""
        return getattr(self._framework, "TITLE", "this framework")

    def names(self) -> list[str]:
        """The operations that this worker offers."""
        needs = {name: name for name in ("compile", "convert", "export", "describe", "train", "scores")}
        if hasattr(self._framework, "build"):
            needs |= {"train": "build", "scores": "build"}
        names = [name.removeprefix("op_") for name in dir(self) if name.startswith("op_")]
        return [name for name in names if name not in needs or hasattr(self._framework, needs[name])]

    def op_hello(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Who answers: protocol, interpreter, operations."""
        return {
            "protocol": PROTOCOL,
            "language": f"python {platform.python_version()}",
            "operations": self.names(),
        }

    def op_import(self, request: dict[str, Any]) -> dict[str, Any]:
        """Import the framework's modules, and nothing else."""
        modules = request.get("modules") or self._framework.IMPORTS
        for name in modules:
            importlib.import_module(name)
        return {}

    def op_load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Load the model with its settings; ``signature`` tells its inputs and outputs."""
        self._session = self._framework.load(
            Path(request["model"]), request["settings"], request["signature"]
        )
        return self._precision()

    def op_compile(self, _request: dict[str, Any]) -> dict[str, Any]:
        """What the framework does once between loading and the first inference."""
        self._session = self._framework.compile(self._session)
        return self._precision()

    def _precision(self) -> dict[str, Any]:
        """What the session computes in, where it says so by itself."""
        precision = getattr(self._session, "precision", None)
        return {"precision": precision} if precision else {}

    def op_samples(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read the sample library into memory."""
        self._samples = [read_tensors(Path(path)) for path in request["files"]]
        return {"count": len(self._samples)}

    def op_first(self, _request: dict[str, Any]) -> dict[str, Any]:
        """The very first query alone: what is lazily compiled is paid here."""
        return self.op_run({"first": 0, "count": 1})

    def op_warmup(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run until `seconds` have passed, in `whole` cycles if asked to; says how long a query takes."""
        deadline = time.perf_counter() + float(request["seconds"])
        whole = request.get("whole", True)
        count = len(self._samples) if whole else 1
        done, fastest = 0, float("inf")
        while True:
            before = time.perf_counter()
            self.op_run({"first": done, "count": count})
            after = time.perf_counter()
            done += count
            fastest = min(fastest, (after - before) / count)
            if after >= deadline:
                return {"queries": done, "seconds_per_query": fastest}
            if not whole and after - before < _SHORTEST_TURN:
                count *= 2

    def op_run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run `count` queries, from sample `first` on; returns when the last output is on the host.

        The clock is read once a query: a latency is the time from one answer to the next.
        """
        run, clock, count = self._session.run, time.perf_counter_ns, request["count"]
        first = request["first"] % len(self._samples)
        feeds = islice(cycle(self._samples), first, first + count)
        answered = array("q", bytes(8 * (count + 1)))
        answered[0] = clock()
        for query, feed in enumerate(feeds, 1):
            run(feed)
            answered[query] = clock()
        self._answered = answered
        return {"queries": count}

    def op_latencies(self, _request: dict[str, Any]) -> dict[str, Any]:
        """The last run's latencies, counted in logarithmic bins; asked after the window is closed."""
        from math import log  # noqa: PLC0415 - not needed before

        scale = 1 / log(_BIN_GROWTH)
        counts: dict[int, int] = {}
        for before, after in pairwise(self._answered):
            nanoseconds = after - before
            index = round(log(max(nanoseconds, 1)) * scale)
            counts[index] = counts.get(index, 0) + 1
        return {"counts": counts}

    def op_outputs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the first `count` samples once and write their outputs, named as the model names them."""
        files = []
        for index in range(min(request["count"], len(self._samples))):
            outputs = list(self._session.run(self._samples[index]))
            if len(outputs) != len(request["names"]):
                raise ValueError(f"{len(outputs)} outputs came back, the model has {len(request['names'])}")
            named = dict(zip(request["names"], outputs, strict=True))
            path = Path(request["folder"]) / f"output-{index:05d}.tensors"
            write_tensors(path, named)
            files.append(str(path))
        return {"files": files}

    def op_convert(self, request: dict[str, Any]) -> dict[str, Any]:
        """Turn a model into the framework's own format, inside `folder`; answers with the new path."""
        path = self._framework.convert(
            Path(request["model"]), Path(request["folder"]), request["settings"], request["signature"]
        )
        return {"model": str(path)}

    def op_export(self, request: dict[str, Any]) -> dict[str, Any]:
        """Export a model that only this framework can read to ONNX, with inputs and signature."""
        samples = Path(request["samples"]) if request.get("samples") else None
        answer: dict[str, Any] = self._framework.export(
            Path(request["model"]), Path(request["folder"]), samples
        )
        return answer

    def op_describe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say what the user's own code builds, and write each seed's initial weights to ``weights``."""
        model, weights = Path(request["model"]), Path(request["weights"])
        return {"model": self._framework.describe(model, weights, request["seeds"], request["shape"])}
