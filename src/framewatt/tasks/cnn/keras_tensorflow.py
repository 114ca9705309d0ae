"""The network in Keras 3, computed by TensorFlow."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

os.environ["KERAS_BACKEND"] = "tensorflow"  # Keras reads it when it is imported

TITLE = "Keras on TensorFlow"
VERSION = "3.15.1"
PACKAGES = {"runtime": ("keras=={version}", "tensorflow-cpu==2.19.0", "numpy==2.1.3")}
EXCLUDES = ("tensorboard", "torch", "torchvision")
IMPORTS = ("keras", "tensorflow")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    import contextlib

    import tensorflow as tf

    with contextlib.suppress(RuntimeError):  # already set, by an earlier learner of this process
        tf.config.threading.set_intra_op_parallelism_threads(int(task["settings"]["threads"]))
        tf.config.threading.set_inter_op_parallelism_threads(1)
    path = Path(__file__).with_name("_keras_network.py")
    spec = importlib.util.spec_from_file_location("keras_network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Learner(task)
