"""MNN on the CPU."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "MNN"
VERSION = "3.6.1"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {
    "runtime": ("MNN=={version}", "numpy==2.4.6"),
    "convert": ("MNN=={version}", "numpy==2.4.6"),
}
IMPORTS = ("MNN",)
SETTINGS = {"precision": ("fp32",), "winograd": ("small", "any")}
SHIPPED = {"precision": "fp32", "winograd": "any"}

_WINOGRAD_MEMORY_LEVEL = (3, {"small": 1, "any": 3})
"""Number of the hint and its values. Level 3, MNN's own default, also takes large Winograd tiles, whose
rounding can cost two digits on convolutional models; level 1 keeps to tiles that do not."""

_CONVERT = "import sys, _tools; _tools.mnnconvert(sys.argv)"
"""The converter itself. The command ``mnnconvert`` around it installs a logging package with pip on its first
run and reports each conversion with the machine's id to its maker, so that command is never called."""


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert to MNN's format with float32 weights.

    Raises:
        NotImplementedError: the model has operators that MNN lacks.
        RuntimeError: the converter failed, which its exit status does not tell.
    """
    from framewatt_worker.conversion import reason, run_converter
    from framewatt_worker.reasons import lacking_operators, unsupported

    converted = folder / "model.mnn"
    command = [sys.executable, "-c", _CONVERT, "-f", "ONNX", "--modelFile", str(model)]
    command += ["--MNNModel", str(converted), "--bizCode", "framewatt"]
    text = run_converter(command, folder, program="mnnconvert", framework=TITLE)
    if "Converted Success" not in text or not converted.is_file():
        if missing := lacking_operators(text):
            raise unsupported(missing, TITLE)
        raise RuntimeError(f"mnnconvert: {reason(text)}; log: {folder / 'converter.log'}")
    return converted


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A module in float32 (precision ``high``); MNN would otherwise choose by itself."""
    import MNN

    runtime = None if settings.get("as") == "shipped" else _runtime(settings)
    outputs = signature["outputs"]
    module = MNN.nn.load_module_from_file(
        str(model),
        [entry["name"] for entry in signature["inputs"]],
        [entry["name"] for entry in outputs],
        **({"runtime_manager": runtime} if runtime else {}),
    )
    return Session(module, runtime, signature["inputs"], outputs)


def _runtime(settings: Mapping[str, str]) -> Any:
    """What holds the module's threads, precision and hints."""
    import MNN

    runtime = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "precision": "high", "numThread": int(settings["threads"])},)
    )
    hint, levels = _WINOGRAD_MEMORY_LEVEL
    runtime.set_hint(hint, levels[settings["winograd"]])
    return runtime


class Session:
    """Feeds MNN's variables; MNN has no 64-bit integers, so those travel as 32-bit ones.

    Inputs of one shape are written into variables made once; outputs are MNN's own memory, held until the
    next query.
    """

    def __init__(
        self, module: Any, runtime: Any, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]
    ) -> None:
        """`module` and `runtime` are MNN's; the module needs its runtime to stay alive."""
        import MNN
        import numpy as np

        kinds = {
            "float32": MNN.expr.float,
            "int64": MNN.expr.int,
            "int32": MNN.expr.int,
            "uint8": MNN.expr.uint8,
        }
        unknown = sorted({entry["dtype"] for entry in inputs} - set(kinds))
        if unknown:
            raise NotImplementedError(f"inputs of type {', '.join(unknown)} are not supported by MNN")
        self._expr, self._layout = MNN.expr, MNN.expr.NCHW
        self._module, self._runtime = module, runtime
        self._inputs = [
            (entry["name"], kinds[entry["dtype"]], np.dtype(entry["dtype"].replace("int64", "int32")))
            for entry in inputs
        ]
        self._places: list[Any] = []
        if all(None not in entry["shape"] for entry in inputs):
            make = MNN.expr.placeholder
            self._places = [make(entry["shape"], self._layout, kinds[entry["dtype"]]) for entry in inputs]
        self._dtypes = [np.dtype(entry["dtype"]) for entry in outputs]
        self._held: list[Any] = []

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order, layout and type.

        Raises:
            RuntimeError: MNN answered with too few.
        """
        self._held = []  # given back first: MNN would take other memory for this query's
        outputs = self._module.forward(self._written(feed) if self._places else self._made(feed))
        if len(outputs) != len(self._dtypes):
            raise RuntimeError(f"MNN answered with {len(outputs)} of {len(self._dtypes)} outputs")
        self._held = [
            variable if variable.data_format == self._layout else self._expr.convert(variable, self._layout)
            for variable in outputs
        ]
        arrays = [variable.read() for variable in self._held]
        for index, dtype in enumerate(self._dtypes):
            if arrays[index].dtype is not dtype:
                arrays[index] = arrays[index].astype(dtype, copy=False)
        return arrays

    def _written(self, feed: Mapping[str, np.ndarray]) -> list[Any]:
        """The variables of fixed shapes, holding this query."""
        for place, (name, _, dtype) in zip(self._places, self._inputs, strict=True):
            array = feed[name]
            place.write(array if array.dtype is dtype else array.astype(dtype, copy=False))
        return self._places

    def _made(self, feed: Mapping[str, np.ndarray]) -> list[Any]:
        """Variables of this query's own shapes."""
        arrays = [(feed[name].astype(dtype, copy=False), kind) for name, kind, dtype in self._inputs]
        return [self._expr.const(array, list(array.shape), self._layout, kind) for array, kind in arrays]
