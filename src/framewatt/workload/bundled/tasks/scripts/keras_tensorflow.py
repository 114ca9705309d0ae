"""Training in Keras 3, computed by TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = "Keras on TensorFlow"
VERSION = "3.15.1"
PACKAGES = {"runtime": ("keras=={version}", "tensorflow-cpu==2.19.0", "numpy==2.1.3")}
EXCLUDES = ("tensorboard", "torch", "torchvision")
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow"}
IMPORTS = ("keras", "tensorflow")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    import tensorflow as tf

    from ._keras import Learner
    from ._tensorflow import limit_threads

    limit_threads(tf, task["settings"]["threads"])
    return Learner(task)
