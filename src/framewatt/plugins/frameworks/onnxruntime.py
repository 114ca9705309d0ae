"""ONNX Runtime on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "ONNX Runtime"
VERSION = "1.31.0"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("onnxruntime=={version}", "numpy==2.4.6")}
IMPORTS = ("onnxruntime",)
SETTINGS = {"precision": ("fp32",), "spinning": ("off", "on")}
SHIPPED = {"precision": "fp32", "spinning": "on"}

_COPIED_BYTES = 65536
"""Inputs up to this size are copied into bound memory; above, the copy costs more than the binding saves."""


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A session with one pool of `threads`; spinning between operators only when asked for."""
    import onnxruntime as ort

    outputs = [output["name"] for output in signature["outputs"]]
    if settings.get("as") == "shipped":
        return Session(ort.InferenceSession(str(model)), outputs)
    options = ort.SessionOptions()
    options.intra_op_num_threads = int(settings["threads"])
    options.inter_op_num_threads = 1
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", str(int(settings["spinning"] == "on"))
    )
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    inputs = _blank(signature["inputs"])
    small = inputs is not None and sum(array.nbytes for array in inputs.values()) <= _COPIED_BYTES
    return BoundSession(session, outputs, inputs) if inputs and small else Session(session, outputs)


def _blank(inputs: list[dict[str, Any]]) -> dict[str, np.ndarray] | None:
    """An array for each input, or None where a shape is open."""
    import numpy as np

    if any(None in entry["shape"] for entry in inputs):
        return None
    return {entry["name"]: np.zeros(entry["shape"], entry["dtype"]) for entry in inputs}


class Session:
    """Runs one query; ONNX Runtime reads its inputs in place and hands its outputs back as host arrays."""

    def __init__(self, session: Any, outputs: list[str]) -> None:
        """`session` is an ``onnxruntime.InferenceSession``."""
        self._session = session
        self._outputs = outputs

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        outputs: list[np.ndarray] = self._session.run(self._outputs, feed)
        return outputs


class BoundSession(Session):
    """Runs one query through inputs and outputs that are bound once, as small models are fed."""

    def __init__(self, session: Any, outputs: list[str], inputs: Mapping[str, np.ndarray]) -> None:
        """`inputs` are arrays of the shapes that all queries have."""
        import onnxruntime as ort

        super().__init__(session, outputs)
        self._binding = session.io_binding()
        self._values = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in inputs.items()}
        for name, value in self._values.items():
            self._binding.bind_ortvalue_input(name, value)
        for name in outputs:
            self._binding.bind_output(name)

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        if self._binding is None:
            return super().run(feed)
        for name, value in self._values.items():
            value.update_inplace(feed[name])
        try:
            self._session.run_with_iobinding(self._binding)
        except RuntimeError:  # an output whose shape depends on the values does not fit the last one's memory
            self._binding = None
            return super().run(feed)
        outputs: list[np.ndarray] = self._binding.copy_outputs_to_cpu()
        return outputs
