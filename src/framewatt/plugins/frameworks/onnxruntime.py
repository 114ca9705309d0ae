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


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A session with one pool of `threads`; spinning between operators only when asked for."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = int(settings["threads"])
    options.inter_op_num_threads = 1
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", str(int(settings["spinning"] == "on"))
    )
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return Session(session, [output["name"] for output in signature["outputs"]])


class Session:
    """Runs one query; ONNX Runtime hands its outputs back as host arrays."""

    def __init__(self, session: Any, outputs: list[str]) -> None:
        """`session` is an ``onnxruntime.InferenceSession``."""
        self._session = session
        self._outputs = outputs

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        return list(self._session.run(self._outputs, dict(feed)))
