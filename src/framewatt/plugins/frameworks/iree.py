"""IREE, a compiler of whole models, on the CPU."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "IREE"
VERSION = "3.13.0"
ACCEPTS = ("onnx",)
LIGHT = False
PACKAGES = {
    "runtime": ("iree-base-runtime=={version}", "numpy==2.4.6"),
    "convert": ("iree-base-compiler[onnx]=={version}", "onnx==1.23.2", "numpy==2.4.6"),
}
IMPORTS = ("iree.runtime",)
SETTINGS = {"precision": ("fp32",)}
SHIPPED = {"precision": "fp32"}

_OPSET = "17"
_COMPILE = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
    "--iree-llvmcpu-stack-allocation-limit=131072",  # attention needs more than the default 32 KiB
    "--iree-opt-level=O3",
)


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Import to MLIR and compile for the CPU of this very machine.

    Raises:
        NotImplementedError: the model has operators that IREE cannot lower.
        RuntimeError: the importer or the compiler failed.
    """
    from framewatt_worker.conversion import run_converter

    programs = Path(sys.executable).parent
    imported, compiled = folder / "model.mlir", folder / "model.vmfb"
    run_converter(
        [str(programs / "iree-import-onnx"), str(model), "--opset-version", _OPSET, "-o", str(imported)],
        folder,
    )
    compiling = [str(programs / "iree-compile"), str(imported), *_COMPILE, "-o", str(compiled)]
    run_converter(compiling, folder, framework=TITLE)
    imported.unlink()
    return compiled


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Map the compiled module: on the calling thread for one thread, else with a pool of `threads`."""
    import iree.runtime as rt

    threads = int(settings["threads"]) if settings.get("as") != "shipped" else None
    if threads and threads > 1:
        rt.flags.parse_flags(f"--task_topology_group_count={threads}")
    config = rt.Config("local-sync" if threads == 1 else "local-task")
    module = rt.VmModule.mmap(config.vm_instance, str(model))
    entry = next(name for name in module.function_names if "$" not in name and not name.startswith("__"))
    return Session(rt.load_vm_module(module, config)[entry], [item["name"] for item in signature["inputs"]])


class Session:
    """Calls the compiled function."""

    def __init__(self, function: Any, inputs: list[str]) -> None:
        """`function` takes arrays in the model's order."""
        self._function = function
        self._inputs = inputs

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order, on the host."""
        result = self._function(*[feed[name] for name in self._inputs])
        outputs = result if isinstance(result, (list, tuple)) else (result,)
        return [output.to_host() for output in outputs]
