"""Keras 3 computed by TensorFlow: trains a user's ``build()``, and runs a saved ``.keras`` model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TITLE = "Keras on TensorFlow"
VERSION = "3.15.1"
ACCEPTS = ("keras", "keras_code")
LIGHT = True
PACKAGES = {"runtime": ("keras=={version}", "tensorflow-cpu==2.19.0", "numpy==2.1.3")}
EXCLUDES = ("tensorboard", "torch", "torchvision")
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow"}
IMPORTS = ("keras", "tensorflow")
SETTINGS = {"precision": ("fp32",)}


def describe(model: Path, weights: Path, seeds: Sequence[int], shape: Sequence[int]) -> dict[str, Any]:
    """What the user's ``build()`` makes, and each seed's initial weights."""
    from framewatt_worker import keras_models

    description: dict[str, Any] = keras_models.describe(model, weights, seeds, shape)
    return description


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from framewatt_worker.keras_models import Learner

    _set_threads(int(task["settings"]["threads"]))
    return Learner(task)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """A saved model; `signature` names its inputs in its own order."""
    from framewatt_worker.keras_models import Session

    _set_threads(int(settings["threads"]))
    return Session(model, signature["inputs"])


def compile(session: Any) -> Any:  # noqa: A001 - the phase's name
    """The compiled forward step."""
    return session.build()


def _set_threads(threads: int) -> None:
    """One pool of `threads`; TensorFlow takes no other number once it has begun."""
    import contextlib

    import tensorflow as tf

    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
