"""The perceptron in Keras 3: one model file, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/keras_jax.py", "../scripts/keras_tensorflow.py", "../scripts/keras_torch.py")


def network(task: Mapping[str, Any]) -> Any:
    """An uncompiled model from features to class scores."""
    import keras
    from keras import layers

    first, second = task["hidden"]
    return keras.Sequential(
        [
            keras.Input(task["shape"]),
            layers.Dense(first, activation="relu", name="hidden1"),
            layers.Dense(second, activation="relu", name="hidden2"),
            layers.Dense(len(task["weights"]["scores/bias"]), name="scores"),
        ]
    )
