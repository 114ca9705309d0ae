"""The recommender in Keras 3: one model file, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/keras_jax.py", "../scripts/keras_tensorflow.py", "../scripts/keras_torch.py")


def network(task: Mapping[str, Any]) -> Any:
    """An uncompiled model from pairs of numbers to scores of "no click" and "click"."""
    import keras
    from keras import layers

    pairs = keras.Input(task["shape"], dtype="int32")
    user = layers.Embedding(task["users"], task["width"], name="user")(pairs[:, 0])
    item = layers.Embedding(task["items"], task["width"], name="item")(pairs[:, 1])
    both = layers.Concatenate()([user, item, user * item])
    hidden = layers.Dense(task["hidden"], activation="relu", name="hidden")(both)
    return keras.Model(pairs, layers.Dense(2, name="scores")(hidden))
