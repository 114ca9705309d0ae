"""What framework files compute, session by session, under their own settings and as shipped."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from conftest import save_graph
from framewatt.candidates import conversion
from framewatt.candidates.environments import provide, spec_for
from framewatt.discovery import discover, find
from framewatt.metering.host.inspection import usable_cpus
from framewatt.records import Signature, TensorSpec
from framewatt.trials.process import WorkerProcess, python_environment, python_worker
from framewatt.worker.python.framewatt_worker.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.candidates.environments import Environment

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

RUNNERS = ("onnxruntime", "openvino", "mnn", "ncnn", "tract", "iree", "litert", "pytorch_onnx")
SIGNATURE = Signature(
    (TensorSpec("x", "float32", (1, 16), (None, None)),), (TensorSpec("y", "float32", (1, 4), (None, None)),)
)
HALF = {"fp16": 2.0**-11, "bf16": 2.0**-8}
"""Unit roundoff; a product of a few dozen terms stays within some of them."""


def perceptron(path: Path) -> Path:
    rng = np.random.default_rng(0)
    shapes = {"w1": (16, 64), "b1": (64,), "w2": (64, 4), "b2": (4,)}
    weights = [
        numpy_helper.from_array(rng.standard_normal(shape).astype(np.float32), name)
        for name, shape in shapes.items()
    ]
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "w2", "b2"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 16])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    return save_graph(path, nodes, [x], [y], weights)


def environment(name: str, role: str) -> Environment:
    plugin = find("frameworks", name)
    return provide(spec_for(plugin, plugin.module.VERSION, role), plugin, lambda *_: None)


def model_for(name: str, model: Path, settings: Mapping[str, str]) -> Path:
    plugin = find("frameworks", name)
    if not conversion.needed(plugin.module, "onnx", settings):
        return model
    role = "convert" if "convert" in plugin.module.PACKAGES else "runtime"
    digest = model.read_bytes().hex()
    job = conversion.ConversionJob(plugin, environment(name, role), model, digest, SIGNATURE, settings)
    return conversion.convert(job).model


@contextmanager
def session(name: str, settings: Mapping[str, str], folder: Path) -> Iterator[tuple[WorkerProcess, Any]]:
    """A worker that has loaded the perceptron, and what it said about its precision."""
    plugin, model = find("frameworks", name), perceptron(folder / "model.onnx")
    command = python_worker(environment(name, "runtime").interpreter, plugin.path)
    threads = None if "as" in settings else 1
    loading = {
        "model": str(model_for(name, model, settings)),
        "settings": settings,
        "signature": conversion.signature_json(SIGNATURE),
    }
    with WorkerProcess(
        command, log=folder / "log", environment=python_environment(threads), folder=folder
    ) as worker:
        worker.request("import", timeout=60)
        answer = worker.request("load", timeout=60, **loading)
        if hasattr(plugin.module, "compile"):
            answer = worker.request("compile", timeout=60)
        yield worker, answer.get("precision")


def answers(worker: WorkerProcess, samples: list[np.ndarray], folder: Path) -> list[np.ndarray]:
    paths = [folder / f"{index}.tensors" for index in range(len(samples))]
    for path, sample in zip(paths, samples, strict=True):
        write_tensors(path, {"x": sample})
    worker.request("samples", timeout=60, files=list(map(str, paths)))
    worker.request("run", timeout=60, first=0, count=2 * len(samples))
    asked = {"names": ["y"], "count": len(samples), "folder": str(folder)}
    return [read_tensors(Path(path))["y"] for path in worker.request("outputs", timeout=60, **asked)["files"]]


def defaults(name: str) -> dict[str, str]:
    return {"threads": "1"} | {
        key: values[0] for key, values in find("frameworks", name).module.SETTINGS.items()
    }


@pytest.mark.parametrize("how", ["its first settings", "as shipped"])
@pytest.mark.parametrize("name", RUNNERS)
def test_every_query_gets_its_own_answer(name: str, how: str, tmp_path: Path) -> None:
    settings = {"as": "shipped"} if how == "as shipped" else defaults(name)
    rng = np.random.default_rng(1)
    samples = [rng.standard_normal((1, 16)).astype(np.float32) for _ in range(3)]
    with session(name, settings, tmp_path) as (worker, told):
        found = answers(worker, samples, tmp_path)
    precision = (
        told
        or (settings if "precision" in settings else find("frameworks", name).module.SHIPPED)["precision"]
    )
    reference = ReferenceEvaluator(str(tmp_path / "model.onnx"))
    for sample, answer in zip(samples, found, strict=True):
        (right,) = reference.run(None, {"x": sample})
        assert np.abs(answer - right).max() / np.abs(right).max() < 8 * HALF.get(precision, 1e-6)


def test_everyone_who_runs_onnx_races_as_shipped() -> None:
    runs_onnx = {name for name, p in discover("frameworks").items() if "onnx" in p.module.ACCEPTS}
    assert {name for name in runs_onnx if hasattr(find("frameworks", name).module, "SHIPPED")} == runs_onnx


def test_openvino_as_shipped_says_in_which_precision_it_computes(tmp_path: Path) -> None:
    with session("openvino", {"as": "shipped"}, tmp_path) as (_, told):
        assert told == ("bf16" if "avx512_bf16" in Path("/proc/cpuinfo").read_text() else "fp32")


@pytest.mark.skipif(len(usable_cpus()) < 2, reason="one thread for each of two processors")
def test_as_shipped_a_framework_starts_the_threads_it_likes(tmp_path: Path) -> None:
    def threads_with(settings: Mapping[str, str]) -> int:
        with session("onnxruntime", settings, tmp_path) as (worker, _):
            return psutil.Process(worker.pid).num_threads()

    assert threads_with({"as": "shipped"}) > threads_with(defaults("onnxruntime"))
