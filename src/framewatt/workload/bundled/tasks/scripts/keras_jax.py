"""Training in Keras 3, computed by JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = "Keras on JAX"
VERSION = "3.15.1"
PACKAGES = {"runtime": ("keras=={version}", "jax==0.10.2", "numpy==2.4.6")}
ENVIRONMENT = {"KERAS_BACKEND": "jax"}
IMPORTS = ("keras", "jax")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Any:
    """A learner with the task's initial weights."""
    from ._keras import Learner

    return Learner(task)
