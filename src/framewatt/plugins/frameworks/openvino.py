"""OpenVINO on the CPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "OpenVINO"
VERSION = "2026.4.1"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("openvino=={version}", "numpy==2.4.6")}
EXCLUDES = ("openvino-telemetry",)  # only its command line tools report usage; nothing here is to report
IMPORTS = ("openvino",)
SETTINGS = {"precision": ("fp32", "bf16", "fp16")}

_ELEMENT_TYPES = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Read the model; `compile` makes it runnable.

    Raises:
        NotImplementedError: OpenVINO lacks an operator, or this CPU the precision asked for.
    """
    import openvino

    core = openvino.Core()
    precision = settings["precision"]
    if precision.upper() not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise NotImplementedError(f"OpenVINO does not compute in {precision} on this CPU")
    try:
        read = core.read_model(model)
    except RuntimeError as error:
        lacking = re.search(r"No conversion rule found for operations: (.+)", str(error))
        if lacking:
            raise NotImplementedError(f"operator {lacking[1]} is not supported by OpenVINO") from error
        raise
    return Session(core, read, settings, [entry["name"] for entry in signature["inputs"]])


def compile(session: Session) -> Session:  # noqa: A001 - the phase's name
    """Compile for one stream of `threads`, in exactly the precision that was asked for.

    Without the hint OpenVINO computes in bfloat16 wherever the CPU can, so the hint is always set, and what
    the compiled model says about itself is compared with it.
    """
    asked = _ELEMENT_TYPES[session.settings["precision"]]
    compiled = session.core.compile_model(
        session.model,
        "CPU",
        {
            "INFERENCE_NUM_THREADS": int(session.settings["threads"]),
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": asked,
        },
    )
    actual = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    if actual != asked:
        raise RuntimeError(f"asked for {asked}, OpenVINO would compute in {actual}")
    session.request = compiled.create_infer_request()
    return session


class Session:
    """Runs one query at a time in one request; inputs are read in place, outputs are copied out."""

    def __init__(self, core: Any, model: Any, settings: Mapping[str, str], inputs: list[str]) -> None:
        """`core` and `model` are OpenVINO's; `request` comes with `compile`."""
        self.core = core
        self.model = model
        self.settings = settings
        self.request: Any = None
        self._inputs = inputs

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        arrays = [feed[name] for name in self._inputs]
        return list(self.request.infer(arrays, share_inputs=True, share_outputs=False).values())
