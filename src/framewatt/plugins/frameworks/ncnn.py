"""ncnn on the CPU; models are converted by pnnx."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "ncnn"
VERSION = "1.0.20261020"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("ncnn=={version}", "numpy==2.4.6"), "convert": ("pnnx==20261020", "numpy==2.4.6")}
EXCLUDES = ("torch", "torchvision")  # pnnx asks for torch, and for an ONNX model does not use it
IMPORTS = ("ncnn",)
SETTINGS = {"precision": ("fp32", "fp16")}
SHIPPED = {"precision": "fp16"}

_COPIED_BYTES = 65536
"""Inputs up to this size are copied into tensors made once; making one for each query costs more."""


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert to ncnn's pair of files; the path is that of the ``.param`` file.

    Weights are stored in float16 for that precision and as shipped, where pnnx is told nothing.

    pnnx ends well also when it leaves layers that ncnn does not know; ncnn would skip them and answer
    nothing. Such layers keep their PyTorch name, which has a dot or colons that ncnn's names never have.

    Raises:
        NotImplementedError: the model has operators, a batch or dynamic dimensions that ncnn lacks.
    """
    from framewatt_worker.conversion import reason, run_converter
    from framewatt_worker.reasons import unsupported

    _check(signature)
    package = find_spec("pnnx")
    if package is None or package.origin is None:
        raise RuntimeError("pnnx is not installed in the convert environment")
    program = Path(package.origin).parent / "pnnx"
    param, weights = folder / "model.ncnn.param", folder / "model.ncnn.bin"
    command = [str(program), model.name, f"ncnnparam={param.name}", f"ncnnbin={weights.name}"]
    text = run_converter(command if _half(settings) else [*command, "fp16=0"], folder)
    if not param.is_file() or not weights.is_file():
        raise RuntimeError(f"pnnx: {reason(text)}; log: {folder / 'converter.log'}")
    missing = [layer for layer in _layers(param) if "." in layer or ":" in layer]
    if missing:
        raise unsupported(missing, TITLE)
    return param


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A network in float32: ncnn stores and computes in half precision where it can unless told otherwise."""
    import ncnn

    _check(signature)
    net = ncnn.Net()
    if settings.get("as") != "shipped":
        _set_options(net.opt, settings)
    missing = [layer for layer in _layers(model) if ncnn.layer_to_index(layer) < 0]
    if missing:
        raise NotImplementedError(f"operator {missing[0]} is not supported by ncnn")
    if net.load_param(str(model)) != 0:
        raise RuntimeError("ncnn cannot read the converted network")
    if net.load_model(str(model.with_suffix(".bin"))) != 0:
        raise RuntimeError("ncnn cannot read the converted weights")
    return Session(net, signature)


def _half(settings: Mapping[str, str]) -> bool:
    """Whether half precision is asked for, or nothing at all."""
    return settings.get("precision", "fp16") == "fp16"


def _set_options(options: Any, settings: Mapping[str, str]) -> None:
    """Threads, and of the lower precisions only the one that was asked for."""
    options.num_threads = int(settings["threads"])
    lower = ("use_bf16", "use_int8") if _half(settings) else ("use_bf16", "use_int8", "use_fp16")
    for name in dir(options):
        if name.startswith(lower):
            setattr(options, name, False)
    options.use_vulkan_compute = False


def _layers(param: Path) -> list[str]:
    """The types of the layers in a ``.param`` file, below its two lines of magic number and counts."""
    lines = param.read_text(encoding="utf-8").splitlines()[2:]
    return [line.split()[0] for line in lines if line.strip()]


def _check(signature: Mapping[str, Any]) -> None:
    """Refuse what ncnn's tensors cannot be: they have no batch dimension, and pnnx fixes all others."""
    for entry in signature["inputs"]:
        shape = entry["shape"]
        if None in shape:
            raise NotImplementedError(f"dynamic dimensions (input {entry['name']}) are not supported by ncnn")
        if shape and shape[0] != 1:
            raise NotImplementedError(
                f"a batch of {shape[0]} (input {entry['name']}) is not supported by ncnn"
            )


class Session:
    """Runs one query. ncnn has no batch dimension and no 64-bit integers: both are taken off and put back."""

    def __init__(self, net: Any, signature: Mapping[str, Any]) -> None:
        """`net` is an ``ncnn.Net``, whose inputs and outputs are in the order of the model's."""
        import ncnn
        import numpy as np

        self._mat, self._net = ncnn.Mat, net
        self._inputs = []
        for blob, entry in zip(net.input_names(), signature["inputs"], strict=True):
            dtype = np.dtype(entry["dtype"].replace("int64", "int32"))
            place = np.zeros(entry["shape"][1:], dtype)
            small = place.nbytes <= _COPIED_BYTES
            self._inputs.append((blob, entry["name"], place, ncnn.Mat(place) if small else None))
        self._outputs = [
            (blob, entry["name"], np.dtype(entry["dtype"]), entry["shape"])
            for blob, entry in zip(net.output_names(), signature["outputs"], strict=True)
        ]

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order, shape and type.

        Raises:
            RuntimeError: ncnn answered with an error status or with an empty tensor.
        """
        extractor = self._net.create_extractor()
        for blob, name, place, mat in self._inputs:
            if mat is None:
                extractor.input(blob, self._mat(feed[name][0].astype(place.dtype, copy=False)))
            else:
                place[...] = feed[name][0]
                extractor.input(blob, mat)
        return [self._extracted(extractor, *output) for output in self._outputs]

    def _extracted(
        self, extractor: Any, blob: str, name: str, dtype: np.dtype[Any], shape: list[int]
    ) -> np.ndarray:
        """One output, which shares ncnn's memory where that is laid out as the model's."""
        import numpy as np

        status, mat = extractor.extract(blob)
        if status != 0 or mat.empty():
            raise RuntimeError(f"ncnn returned nothing for output {name} (status {status})")
        return np.asarray(mat).astype(dtype, copy=False).reshape(shape)
