"""The convolutional network in Keras 3: one model file, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/keras_jax.py", "../scripts/keras_tensorflow.py", "../scripts/keras_torch.py")


def network(task: Mapping[str, Any]) -> Any:
    """An uncompiled model from images to class scores."""
    import keras
    from keras import layers

    first, second = task["channels"]
    return keras.Sequential(
        [
            keras.Input(task["shape"]),
            layers.Conv2D(first, 3, padding="same", activation="relu", name="conv1"),
            layers.MaxPooling2D(2),
            layers.Conv2D(second, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(task["classes"], name="scores"),
        ]
    )
