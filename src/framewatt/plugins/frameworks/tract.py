"""tract, Sonos' inference library in Rust, on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "tract"
VERSION = "0.23.9"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("tract=={version}", "numpy==2.4.6")}
IMPORTS = ("tract",)
SETTINGS = {"precision": ("fp32",)}
SHIPPED = {"precision": "fp32"}  # there is nothing to set

_TYPES = {
    "bool": "bool",
    "float16": "f16",
    "float32": "f32",
    "float64": "f64",
    **{f"{sign}int{bits}": f"{sign or 'i'}{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """Read the model and fix its inputs' shapes; dynamic dimensions stay the model's own symbols."""
    import tract

    inference = tract.onnx().load(str(model))
    inputs = {entry["name"]: entry for entry in signature["inputs"]}
    names = [inference.input_name(index) for index in range(inference.input_count())]
    for index, name in enumerate(names):
        shape = inputs[name]["shape"]
        if None not in shape:
            inference.set_input_fact(index, ",".join(map(str, [*shape, _TYPES[inputs[name]["dtype"]]])))
    return Session(inference.into_model(), names)


def compile(session: Session) -> Session:  # noqa: A001 - the phase's name
    """Optimise the graph for this CPU."""
    session.runnable = session.model.into_runnable()
    return session


class Session:
    """Runs one query; `runnable` comes with `compile`."""

    def __init__(self, model: Any, inputs: list[str]) -> None:
        """`model` is tract's typed model, `inputs` its inputs in its own order."""
        self.model = model
        self.runnable: Any = None
        self._inputs = inputs

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order."""
        return [output.to_numpy() for output in self.runnable.run([feed[name] for name in self._inputs])]
