"""TensorFlow on the CPU; others' models are converted by onnx2tf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

TITLE = "TensorFlow"
VERSION = "2.19.0"
ACCEPTS = ("saved_model", "onnx")
LIGHT = False
PACKAGES = {
    "runtime": ("tensorflow-cpu=={version}", "numpy==2.1.3"),
    "convert": ("onnx2tf==1.29.24", "tensorflow==2.19.0", "numpy==1.26.4", "tf2onnx==1.17.0"),
}
EXCLUDES = ("tensorboard", "torch", "torchvision")
IMPORTS = ("tensorflow",)
EXPORTS = ("saved_model",)
SETTINGS = {"precision": ("fp32",), "mode": ("graph", "xla")}
SHIPPED = {"precision": "fp32", "mode": "graph"}


def convert(model: Path, folder: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Path:
    """Convert to a SavedModel, which is a folder."""
    from framewatt_worker.onnx_to_tensorflow import to_saved_model

    saved_model: Path = to_saved_model(model, folder / "saved_model", signature)
    return saved_model


def export(model: Path, folder: Path, samples: Path | None) -> dict[str, Any]:
    """A user's own SavedModel to ONNX; it names its inputs itself."""
    from framewatt_worker.tensorflow_to_onnx import export_saved_model

    exported: dict[str, Any] = export_saved_model(model, folder)
    return exported


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Session:
    """A SavedModel's function with one pool of `threads`."""
    import tensorflow as tf

    if settings.get("as") != "shipped":
        tf.config.set_visible_devices([], "GPU")
        tf.config.threading.set_intra_op_parallelism_threads(int(settings["threads"]))
        tf.config.threading.set_inter_op_parallelism_threads(1)
    return Session(tf.saved_model.load(str(model)), settings.get("mode", "graph"), signature)


def compile(session: Session) -> Session:  # noqa: A001 - the phase's name
    """Trace the function, and have XLA compile it where asked to."""
    session.build()
    return session


class Session:
    """Runs one query."""

    def __init__(self, loaded: Any, mode: str, signature: Mapping[str, Any]) -> None:
        """`loaded` is the SavedModel, which must outlive its functions."""
        import tensorflow as tf
        from framewatt_worker.tensor_names import names_in

        self._loaded, self._mode, self._tensor = loaded, mode, tf.constant
        self._function = loaded.signatures["serving_default"]
        specs, made = self._function.structured_input_signature[1], self._function.structured_outputs
        named = zip(signature["inputs"], names_in(specs, signature["inputs"], "inputs"), strict=True)
        self._inputs = [(entry["name"], name, specs[name]) for entry, name in named]
        named = zip(signature["outputs"], names_in(made, signature["outputs"], "outputs"), strict=True)
        self._outputs = [(name, entry["dtype"]) for entry, name in named]

    def build(self) -> None:
        """Compile ahead of the first query."""
        import tensorflow as tf

        if self._mode == "xla":
            specs = {name: spec for _, name, spec in self._inputs}
            compiled = tf.function(self._function, jit_compile=True)
            self._function = compiled.get_concrete_function(**specs)

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs in the model's order and types."""
        tensors = {name: self._tensor(feed[source], spec.dtype) for source, name, spec in self._inputs}
        outputs = self._function(**tensors)
        return [outputs[name].numpy().astype(dtype, copy=False) for name, dtype in self._outputs]
