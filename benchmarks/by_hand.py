"""The plain loop of each framework, as its users write it: the reference that framewatt is compared with.

    python by_hand.py JOB.json

A script for the framework's own environment: it needs that framework and numpy, and nothing of framewatt.
The job says what to do: ``export`` a model.py to ONNX, ``fix`` the shapes of an ONNX file, ``simplify`` it,
``convert`` it to a framework's format, or ``run`` it with one thread in single precision. The answer is
written to the job's folder: that of a run is ``{"cpu_seconds": CPU seconds per inference, ...}`` beside all
outputs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Array = np.ndarray
    Feed = dict[str, Array]
    Run = Callable[[Feed], Sequence[Any]]

FEWEST = 5
PROGRAMS = Path(sys.executable).parent


def main() -> None:
    """Do the job and write what came of it."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    os.chdir(folder)
    Path(job["answer"]).write_text(json.dumps(JOBS[job["do"]](job, folder)), encoding="utf-8")


def run(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Load, answer every query once, and then as often as fills the time."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    feeds = [dict(np.load(path)) for path in job["queries"]]
    infer = LOADERS[job["framework"]](job, feeds[0])
    outputs = [[np.array(output) for output in infer(feed)] for feed in feeds]
    named = {f"{q}-{o}": output for q, answer in enumerate(outputs) for o, output in enumerate(answer)}
    np.savez(folder / "outputs.npz", **named)  # type: ignore[arg-type] # numpy's stub takes a flag there
    begin, count = time.process_time(), 0
    while count < FEWEST or time.process_time() - begin < job["seconds"] / 4:  # warm up
        infer(feeds[count % len(feeds)])
        count += 1
    count = max(FEWEST, round(count * job["seconds"] / (time.process_time() - begin)))
    begin = time.process_time()
    for number in range(count):
        infer(feeds[number % len(feeds)])
    return {"cpu_seconds": (time.process_time() - begin) / count, "inferences": count}


def export(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A model.py to ONNX by PyTorch's exporter, with its inputs as a query."""
    import torch

    source = _module_of(job["model"])
    module, given = source.build(), source.inputs()
    positional, named = ((), given) if isinstance(given, dict) else (tuple(given), {})
    program = torch.onnx.export(module, positional, kwargs=named, dynamo=True, opset_version=18)
    program.save(str(folder / "model.onnx"))
    names = [value.name for value in program.model.graph.inputs]
    tensors = given.values() if isinstance(given, dict) else given
    queries = {name: tensor.numpy() for name, tensor in zip(names, tensors, strict=True)}
    np.savez(folder / "query-0.npz", **queries)
    return {"model": str(folder / "model.onnx"), "queries": [str(folder / "query-0.npz")]}


def fix(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The model with the queries' shapes at its inputs, and what follows from them."""
    import onnx

    model, queries = onnx.load(job["model"]), np.load(job["queries"][0])
    for value in model.graph.input:
        sizes = queries[value.name].shape if value.name in queries else ()
        for axis, size in enumerate(sizes):
            value.type.tensor_type.shape.dim[axis].dim_value = size
    del model.graph.value_info[:]
    onnx.save(onnx.shape_inference.infer_shapes(model), folder / "fixed.onnx")
    return {"model": str(folder / "fixed.onnx")}


def simplify(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The model with the queries' shapes, folded by onnxsim."""
    import onnx
    from onnxsim import simplify as fold

    shapes = {name: list(array.shape) for name, array in np.load(job["queries"][0]).items()}
    folded, same = fold(onnx.load(job["model"]), overwrite_input_shapes=shapes)
    if not same:
        raise RuntimeError("onnxsim changes what the model computes")
    onnx.save(folded, folder / "simplified.onnx")
    return {"model": str(folder / "simplified.onnx")}


def convert(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """By the framework's own converter."""
    feed = dict(np.load(job["queries"][0]))
    return {"model": str(CONVERTERS[job["framework"]](job, feed, folder))}


def by_pnnx(job: dict[str, Any], feed: Feed, folder: Path) -> Path:
    """Shapes are told as pnnx wants them: [1,3,320,320]f32."""
    kinds = {"float32": "f32", "int64": "i64", "int32": "i32"}
    shapes = ",".join(f"{list(a.shape)}{kinds[str(a.dtype)]}".replace(" ", "") for a in feed.values())
    (folder / "model.onnx").write_bytes(Path(job["model"]).read_bytes())
    package = find_spec("pnnx")  # importing it would ask for PyTorch
    program = Path(str(package and package.origin)).parent / "pnnx"
    names = ["ncnnparam=model.param", "ncnnbin=model.bin", "fp16=0"]
    _call(program, "model.onnx", *([f"inputshape={shapes}"] if job["open"] else []), *names)
    return folder / "model.param"


def by_mnnconvert(job: dict[str, Any], _feed: Feed, folder: Path) -> Path:
    """The converter behind the command ``mnnconvert``, which would also report to its maker."""
    arguments = ["-f", "ONNX", "--modelFile", job["model"], "--MNNModel", "model.mnn", "--bizCode", "x"]
    _call(sys.executable, "-c", "import sys, _tools; _tools.mnnconvert(sys.argv)", *arguments)
    return folder / "model.mnn"


def by_onnx2tf(job: dict[str, Any], feed: Feed, folder: Path) -> Path:
    """To a SavedModel with signatures and a TFLite file; inputs keep their layout."""
    np.save("calibration_image_sample_data_20x128x128x3_float32.npy", np.zeros((20, 128, 128, 3), np.float32))
    names = _with_plain_names(job["model"], "source.onnx", list(feed))
    shapes = [",".join(map(str, array.shape)) for array in feed.values()]
    told = [f"{name}:{shape}" for name, shape in zip(names, shapes, strict=True) if shape]
    command = ["-i", "source.onnx", "-o", "tf", "-kat", *names, *(["-ois", *told] if job["open"] else [])]
    if job["framework"] == "tensorflow":
        _call(PROGRAMS / "onnx2tf", *command, "-osd")
        return folder / "tf"
    _call(PROGRAMS / "onnx2tf", *command, "-rtpo", "erf")
    (converted,) = (folder / "tf").glob("*_float32.tflite")
    return converted


def by_iree(job: dict[str, Any], _feed: Feed, folder: Path) -> Path:
    """Import, and compile for this CPU."""
    target = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
    tuned = ["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"]
    room = "--iree-llvmcpu-stack-allocation-limit=131072"
    _call(PROGRAMS / "iree-import-onnx", job["model"], "--opset-version", "17", "-o", "model.mlir")
    _call(PROGRAMS / "iree-compile", "model.mlir", *target, *tuned, room, "-o", "model.vmfb")
    return folder / "model.vmfb"


def onnxruntime(job: dict[str, Any], _feed: Feed) -> Run:
    """One thread that does not spin."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    return lambda feed: list(session.run(None, feed))


def openvino(job: dict[str, Any], _feed: Feed) -> Run:
    """One stream of one thread in single precision."""
    from openvino import Core

    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    threads = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    request = Core().compile_model(job["model"], "CPU", {**hints, **threads}).create_infer_request()
    return lambda feed: list(request.infer(feed, share_inputs=True).values())


def tract(job: dict[str, Any], feed: Feed) -> Run:
    """Shapes are told as tract wants them: 1,3,320,320,f32."""
    import tract as library

    kinds = {"float32": "f32", "int64": "i64", "int32": "i32"}
    inference = library.onnx().load(job["model"])
    names = [inference.input_name(index) for index in range(inference.input_count())]
    for index, name in enumerate(names):
        fact = [*map(str, feed[name].shape), kinds[str(feed[name].dtype)]]
        inference.set_input_fact(index, ",".join(fact))
    runnable = inference.into_model().into_runnable()
    return lambda feed: [output.to_numpy() for output in runnable.run([feed[name] for name in names])]


def mnn(job: dict[str, Any], feed: Feed) -> Run:
    """A module in single precision; its tensors have no 64-bit integers."""
    import MNN

    config = {"backend": "CPU", "precision": "high", "numThread": 1}
    runtime = MNN.nn.create_runtime_manager((config,))
    runtime.set_hint(3, 1)  # small Winograd tiles, which cost no digits
    module = MNN.nn.load_module_from_file(job["model"], list(feed), job["outputs"], runtime_manager=runtime)
    expr, layout = MNN.expr, MNN.expr.NCHW
    kinds = {"float32": expr.float, "int64": expr.int, "int32": expr.int}

    def infer(feed: Feed) -> list[Array]:
        variables = []
        for array in feed.values():
            narrow = array.astype(np.int32) if array.dtype == np.int64 else array
            variables.append(expr.const(narrow, list(array.shape), layout, kinds[str(array.dtype)]))
        return [expr.convert(output, layout).read() for output in module.forward(variables)]

    infer.runtime = runtime  # type: ignore[attr-defined] # the module needs its runtime to stay alive
    return infer


def ncnn(job: dict[str, Any], feed: Feed) -> Run:
    """A network in single precision; its tensors have no batch and no 64-bit integers."""
    import ncnn as library

    net = library.Net()
    net.opt.num_threads = 1
    for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, name, False)
    if net.load_param(job["model"]) or net.load_model(str(Path(job["model"]).with_suffix(".bin"))):
        raise RuntimeError("ncnn cannot read what pnnx wrote")
    inputs, outputs = list(zip(net.input_names(), feed, strict=True)), net.output_names()

    def infer(feed: Feed) -> list[Array]:
        extractor = net.create_extractor()
        for blob, name in inputs:
            array = feed[name][0] if feed[name].ndim else feed[name]
            extractor.input(blob, library.Mat(array.astype(np.int32) if array.dtype == np.int64 else array))
        return [np.array(extractor.extract(blob)[1]) for blob in outputs]

    return infer


def pytorch_onnx(job: dict[str, Any], feed: Feed) -> Run:
    """Eager PyTorch on the graph that onnx2torch makes."""
    import torch

    _stand_in_for_torchvision()
    from onnx2torch import convert as to_torch

    module, names = to_torch(job["model"]).eval(), list(feed)
    return _eager(torch, lambda tensors: module(*(tensors[name] for name in names)))


def pytorch(job: dict[str, Any], _feed: Feed) -> Run:
    """Eager PyTorch on the user's own module."""
    import torch

    source = _module_of(job["model"])
    module, named = source.build(), isinstance(source.inputs(), dict)
    return _eager(torch, lambda tensors: module(**tensors) if named else module(*tensors.values()))


def tensorflow(job: dict[str, Any], feed: Feed) -> Run:
    """The SavedModel's function in graph mode."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    loaded = tf.saved_model.load(job["model"])
    function = loaded.signatures["serving_default"]
    offered = [(name, tuple(spec.shape)) for name, spec in function.structured_input_signature[1].items()]
    inputs = [(name, *offered[index]) for name, index in _fitting(feed, offered).items()]
    outputs = sorted(function.structured_outputs, key=lambda name: (len(name), name))

    def infer(feed: Feed) -> list[Array]:
        answer = function(**{key: tf.constant(_laid_out(feed[name], shape)) for name, key, shape in inputs})
        return [answer[name].numpy() for name in outputs]

    infer.loaded = loaded  # type: ignore[attr-defined] # the function needs its model to stay alive
    return infer


def litert(job: dict[str, Any], feed: Feed) -> Run:
    """The interpreter with its XNNPACK kernels."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(job["model"], num_threads=1)
    interpreter.allocate_tensors()
    offered = interpreter.get_input_details()
    chosen = _fitting(feed, [(item["name"], tuple(item["shape"])) for item in offered])
    inputs = [(name, offered[index]) for name, index in chosen.items()]
    outputs = [item["index"] for item in interpreter.get_output_details()]

    def infer(feed: Feed) -> list[Array]:
        for name, item in inputs:
            array = _laid_out(feed[name], tuple(item["shape"]))
            interpreter.set_tensor(item["index"], array.astype(item["dtype"], copy=False))
        interpreter.invoke()
        return [interpreter.get_tensor(index) for index in outputs]

    return infer


def iree(job: dict[str, Any], feed: Feed) -> Run:
    """The compiled function on the calling thread."""
    import iree.runtime as rt

    config = rt.Config("local-sync")
    module = rt.VmModule.mmap(config.vm_instance, job["model"])
    entry = next(name for name in module.function_names if "$" not in name and not name.startswith("__"))
    function, names = rt.load_vm_module(module, config)[entry], list(feed)

    def infer(feed: Feed) -> list[Array]:
        result = function(*(feed[name] for name in names))
        return [output.to_host() for output in (result if isinstance(result, (list, tuple)) else [result])]

    return infer


def _eager(torch: Any, call: Callable[[dict[str, Any]], Any]) -> Run:
    """Queries as tensors that share their memory, without gradients."""
    torch.set_num_threads(1)

    def infer(feed: Feed) -> list[Array]:
        with torch.inference_mode():
            result = call({name: torch.from_numpy(array) for name, array in feed.items()})
        return [output.numpy() for output in (result if isinstance(result, (list, tuple)) else [result])]

    return infer


def _fitting(feed: Feed, offered: list[tuple[str, tuple[int, ...]]]) -> dict[str, int]:
    """Which of the converted model's inputs takes which array: by shape where that tells, else by name."""
    shapes = [shape for _, shape in offered]
    if len(set(shapes)) == len(shapes) and {array.shape for array in feed.values()} == set(shapes):
        return {name: shapes.index(array.shape) for name, array in feed.items()}
    letters = ["".join(filter(str.isalnum, name)) for name, _ in offered]
    keys = {name: "".join(filter(str.isalnum, name)) for name in feed}
    return {
        name: next((i for i, text in enumerate(letters) if key in text), position)
        for position, (name, key) in enumerate(keys.items())
    }


def _with_plain_names(model: str, target: str, inputs: list[str]) -> list[str]:
    """A copy whose inputs and nodes have names that TensorFlow can have; returns the inputs'."""
    import onnx

    loaded = onnx.load(model)
    plain = {name: re.sub(r"\W+", "_", name) for name in inputs}
    for number, node in enumerate(loaded.graph.node):
        node.name = f"node_{number}"
        node.input[:] = [plain.get(name, name) for name in node.input]
    for value in loaded.graph.input:
        value.name = plain.get(value.name, value.name)
    onnx.save(loaded, target)
    return list(plain.values())


def _laid_out(array: Array, shape: tuple[int, ...]) -> Array:
    """The array as the converted model wants it: onnx2tf sometimes moves the channels to the end."""
    return array if array.shape == shape else np.ascontiguousarray(np.moveaxis(array, 1, -1))


def _module_of(path: str) -> ModuleType:
    spec = spec_from_file_location("model", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path}: no Python file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _stand_in_for_torchvision() -> None:
    """onnx2torch imports it for two operators of detectors, which none of the models has."""
    ops = ModuleType("torchvision.ops")
    vars(ops).update(nms=None, roi_align=None, box_convert=None)
    package = ModuleType("torchvision")
    vars(package)["ops"] = ops
    sys.modules.update({"torchvision": package, "torchvision.ops": ops})


def _call(program: str | Path, *arguments: str) -> None:
    """Run a converter, which finds the other programs of its environment.

    Raises:
        SystemExit: it failed; its output has been printed.
    """
    path = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(program), *arguments], env={**os.environ, "PATH": path}, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise SystemExit(f"{Path(program).name} ended with {done.returncode}")


CONVERTERS: dict[str, Callable[[dict[str, Any], Feed, Path], Path]] = {
    "ncnn": by_pnnx,
    "mnn": by_mnnconvert,
    "tensorflow": by_onnx2tf,
    "litert": by_onnx2tf,
    "iree": by_iree,
}
JOBS = {"export": export, "fix": fix, "simplify": simplify, "convert": convert, "run": run}
LOADERS: dict[str, Callable[[dict[str, Any], Feed], Run]] = {
    function.__name__: function
    for function in (
        *(onnxruntime, openvino, tract, mnn, ncnn),
        *(pytorch_onnx, pytorch, tensorflow, litert, iree),
    )
}

if __name__ == "__main__":
    main()
