"""PyTorch on the CPU running a graph that onnx2torch made from ONNX. It never stands for PyTorch itself."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TITLE = "PyTorch (from ONNX)"
VERSION = "2.13.0"
ACCEPTS = ("onnx",)
FAMILY = "pytorch"  # who asks for PyTorch with an ONNX file gets this, under its own name
LIGHT = True
_PACKAGES = ("torch=={version}", "onnx2torch==1.5.15", "onnx==1.23.2", "numpy==2.4.6")
PACKAGES = {"runtime": _PACKAGES, "convert": _PACKAGES}  # the graph's nodes are classes of onnx2torch
EXCLUDES = ("torchvision", "triton")
IMPORTS = ("torch",)
SETTINGS = {"precision": ("fp32",), "mode": ("eager", "torchscript", "compile")}
SHIPPED = {"precision": "fp32", "mode": "eager"}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert to a PyTorch module and save it whole.

    Raises:
        NotImplementedError: the model has an operator that onnx2torch lacks.
    """
    import torch

    _stand_in_for_torchvision()
    import onnx
    from framewatt_worker import onnx_rewrites as rewrites
    from framewatt_worker.reasons import lacking_operators, unsupported
    from onnx2torch import convert as to_torch

    converted = folder / "model.pt"
    loaded = rewrites.reductions_with_axes_attribute(onnx.load(model))
    loaded = rewrites.reshapes_without_allowzero(rewrites.constants_as_initializers(loaded))
    try:
        module = to_torch(loaded)
    except NotImplementedError as error:
        if lacking := lacking_operators(str(error)):
            raise unsupported(lacking, "onnx2torch") from error
        raise
    torch.save(module.eval(), converted)
    return converted


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """The saved module, which only our own `convert` writes.

    Raises:
        NotImplementedError: the mode needs an example of fixed shape, and the model has dynamic dimensions.
    """
    import torch
    from framewatt_worker.torch_modules import ModuleSession, set_threads

    set_threads(settings)
    _stand_in_for_torchvision()
    module = torch.load(model, weights_only=False)
    inputs, mode = signature["inputs"], settings.get("mode", "eager")
    example = {}
    if mode != "eager":
        for entry in inputs:
            if None in entry["shape"]:
                raise NotImplementedError(
                    f"mode {mode} needs fixed shapes (input {entry['name']} is dynamic)"
                )
            example[entry["name"]] = torch.ones(entry["shape"], dtype=getattr(torch, entry["dtype"]))
    return ModuleSession(module, [entry["name"] for entry in inputs], mode, example)


def compile(session: Any) -> Any:  # noqa: A001 - the phase's name
    """What the mode does once."""
    return session.build()


def _stand_in_for_torchvision() -> None:
    """Let onnx2torch import: it asks for torchvision, and uses it in two operators of object detectors."""
    if "torchvision" in sys.modules:
        return

    def missing(*_arguments: Any, **_named: Any) -> Any:
        raise NotImplementedError("NonMaxSuppression and RoiAlign are not supported: they need torchvision")

    package, ops = ModuleType("torchvision"), ModuleType("torchvision.ops")
    for name in ("nms", "roi_align", "box_convert"):
        setattr(ops, name, missing)
    vars(package)["ops"] = ops
    sys.modules.update({"torchvision": package, "torchvision.ops": ops})
