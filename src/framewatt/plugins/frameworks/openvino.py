"""OpenVINO on the CPU."""

from __future__ import annotations

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
SHIPPED = {"precision": "bf16"}
"""Where the CPU has it, else single precision: the session's `precision` tells what it is."""

_ELEMENT_TYPES = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
_COPIED_BYTES = 65536
"""Inputs up to this size are copied into the request's own memory, which is cheaper than sharing theirs."""


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Read the model; `compile` makes it runnable.

    Raises:
        NotImplementedError: this CPU lacks the precision asked for.
    """
    import openvino

    core = openvino.Core()
    precision = settings.get("precision")
    if precision and precision.upper() not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise NotImplementedError(f"OpenVINO does not compute in {precision} on this CPU")
    read = core.read_model(model)
    session = ShippedSession if settings.get("as") == "shipped" else Session
    return session(core, read, settings, [entry["name"] for entry in signature["inputs"]])


def compile(session: Session) -> Session:  # noqa: A001 - the phase's name
    """Compile for one stream of `threads`, in exactly the precision that was asked for.

    Without the hint OpenVINO computes in bfloat16 wherever the CPU can, so the hint is always set but for
    ``as=shipped``, and what the compiled model says about itself is compared with it.
    """
    options = _options(session.settings)
    compiled = session.core.compile_model(session.model, "CPU", options)
    actual = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    asked = options.get("INFERENCE_PRECISION_HINT", actual)
    if actual != asked:
        raise RuntimeError(f"asked for {asked}, OpenVINO would compute in {actual}")
    session.precision = {kind: name for name, kind in _ELEMENT_TYPES.items()}.get(actual, actual)
    session.bind(compiled)
    return session


def _options(settings: Mapping[str, str]) -> dict[str, Any]:
    """What OpenVINO is told: nothing, as shipped."""
    if settings.get("as") == "shipped":
        return {}
    return {
        "INFERENCE_NUM_THREADS": int(settings["threads"]),
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": _ELEMENT_TYPES[settings["precision"]],
    }


class Session:
    """Runs one query at a time in one request; outputs are its own memory, which the next query writes."""

    def __init__(self, core: Any, model: Any, settings: Mapping[str, str], inputs: list[str]) -> None:
        """`core` and `model` are OpenVINO's; `request` and `precision` come with `compile`."""
        from openvino import Tensor

        self.core = core
        self.model = model
        self.settings = settings
        self.inputs = inputs
        self.precision: str | None = None
        self.request: Any = None
        self._tensor = Tensor
        self._copied: list[tuple[str, np.ndarray]] = []
        self._shared: list[tuple[int, str]] = []

    def bind(self, compiled: Any) -> None:
        """Make the request that answers all queries; small inputs of one shape are copied into its memory."""
        self.request = compiled.create_infer_request()
        for index, (name, value) in enumerate(zip(self.inputs, self.model.inputs, strict=True)):
            if value.partial_shape.is_static and self.request.input_tensors[index].byte_size <= _COPIED_BYTES:
                self._copied.append((name, self.request.input_tensors[index].data))
            else:
                self._shared.append((index, name))

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        for name, place in self._copied:
            place[...] = feed[name]
        for index, name in self._shared:
            self.request.set_input_tensor(index, self._tensor(feed[name], shared_memory=True))
        return list(self.request.infer(share_outputs=True).values())


class ShippedSession(Session):
    """Runs one query by calling the compiled model, as OpenVINO's first example does."""

    def bind(self, compiled: Any) -> None:
        """Keep the compiled model, which makes a request of its own."""
        self.request = compiled

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        return list(self.request([feed[name] for name in self.inputs]).values())
