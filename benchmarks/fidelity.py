"""Does framewatt count the same CPU time per inference as OpenVINO's own ``benchmark_app``?

    python benchmarks/fidelity.py [--alternations 7] [--model MODEL.onnx --shape 16,1,32,32]

Both run the same model with one thread in single precision, in turns (framewatt, benchmark_app, framewatt,
...). benchmark_app's CPU time per inference is the difference between a long and a short run of it, divided
by the difference in iterations, so that its start-up drops out. Prints one ratio an alternation and their
median.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx

import framewatt
from framewatt.candidates import environments
from framewatt.candidates.conversion import signature_json
from framewatt.discovery import find
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host, usable_cpus
from framewatt.records import Signature, TensorSpec
from framewatt.trials.inference import Inference, InferenceSpec
from framewatt.trials.process import python_environment, python_worker
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.trials.window import Instrument
from framewatt.worker.python.framewatt_worker.tensors import write_tensors
from framewatt.workload.graphs import read_signature
from framewatt.workload.shapes import fix_shapes, with_output_shapes

WINDOW_SECONDS = 3.0
WINDOWS = 2
EXAMPLE = Path(framewatt.__file__).parent / "workload" / "bundled" / "digits" / "model.onnx"


def main() -> None:
    """Alternate and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alternations", type=int, default=7)
    parser.add_argument("--model", type=Path, default=EXAMPLE)
    parser.add_argument("--shape", default="16,1,32,32")
    options = parser.parse_args()
    shape = tuple(int(size) for size in options.shape.split(","))
    plugin = find("frameworks", "openvino")
    spec = environments.spec_for(plugin, plugin.module.VERSION, "runtime")
    environment = environments.provide(spec, plugin, lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        contestant = _contestant(environment.interpreter, plugin.path, options.model, shape, Path(folder))
        ratios = []
        for number in range(options.alternations):
            ours = _ours(contestant, Path(folder), number)
            theirs = _theirs(environment.interpreter, options.model, shape, ours)
            ratios.append(ours / theirs)
            told = f"framewatt {1e6 * ours:8.1f} µs   benchmark_app {1e6 * theirs:8.1f} µs"
            print(f"{told}   ratio {ratios[-1]:.3f}")
    print(f"median ratio of {len(ratios)} alternations: {statistics.median(ratios):.3f}")


def _contestant(
    interpreter: Path, framework: Path, model: Path, shape: tuple[int, ...], folder: Path
) -> InferenceSpec:
    graph = onnx.load(str(model))
    declared = read_signature(graph)
    (only,) = declared.inputs
    inputs = (TensorSpec(only.name, only.dtype, shape, (None,) * len(shape)),)
    signature = with_output_shapes(graph, Signature(inputs, declared.outputs), None)
    fixed = folder / "model.onnx"
    onnx.save(fix_shapes(graph, signature) or graph, str(fixed))
    sample = folder / "sample.tensors"
    write_tensors(sample, {only.name: np.random.default_rng(0).standard_normal(shape).astype(only.dtype)})
    return LaunchSpec(
        candidate="openvino",
        command=tuple(python_worker(interpreter, framework)),
        environment=python_environment(1),
        cpus=usable_cpus()[-1:],
        settings={"threads": "1", "precision": "fp32"},
        work=Inference(fixed, signature_json(signature), (sample,)),
    )


def _ours(contestant: InferenceSpec, folder: Path, number: int) -> float:
    """CPU seconds per inference over the steady windows of one fresh trial."""
    instrument = Instrument(choose_meter("estimate", inspect_host(), reserved_cpus=1))
    trial = Trial(contestant, number, instrument, folder / "log")
    try:
        pace = trial.launch(0, lambda _: None)
        queries = trial.queries_for(WINDOW_SECONDS, pace)
        windows = [trial.window(0, index, queries) for index in range(WINDOWS)]
    finally:
        trial.close()
    return sum(w.usage.cpu_seconds for w in windows) / sum(w.units for w in windows)


def _theirs(interpreter: Path, model: Path, shape: tuple[int, ...], pace: float) -> float:
    """CPU seconds per inference of benchmark_app: a long run less a short one."""
    few = max(10, round(WINDOW_SECONDS / 3 / pace))
    many = few + round(WINDOWS * WINDOW_SECONDS / pace)
    short, long = (_benchmark_app(interpreter, model, shape, count) for count in (few, many))
    return (long - short) / (many - few)


def _benchmark_app(interpreter: Path, model: Path, shape: tuple[int, ...], iterations: int) -> float:
    settings = {"CPU": {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump(settings, config)
        config.flush()
        command = [str(interpreter.parent / "benchmark_app"), "-m", str(model), "-d", "CPU", "-api", "sync"]
        command += ["-hint", "none", "-niter", str(iterations), "-load_config", config.name]
        command += ["-shape", f"[{','.join(map(str, shape))}]"]
        process = subprocess.Popen(
            ["taskset", "-c", str(usable_cpus()[-1]), *command],  # noqa: S607 - util-linux, wherever it is
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"benchmark_app failed with exit code {process.returncode}: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
