"""The transformer encoder in Keras 3: one model file, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("../scripts/keras_jax.py", "../scripts/keras_tensorflow.py", "../scripts/keras_torch.py")


def network(task: Mapping[str, Any]) -> Any:
    """An uncompiled model from rows of pixels to class scores."""
    import keras
    from keras import layers

    width, epsilon = task["width"], task["norm_epsilon"]

    class Block(layers.Layer):
        def __init__(self, name: str) -> None:
            super().__init__(name=name)
            self.norm1 = layers.LayerNormalization(epsilon=epsilon, name="norm1")
            self.norm2 = layers.LayerNormalization(epsilon=epsilon, name="norm2")
            self.attention = layers.MultiHeadAttention(
                task["heads"], width // task["heads"], name="attention"
            )
            self.expand = layers.Dense(2 * width, activation="gelu", name="expand")
            self.contract = layers.Dense(width, name="contract")

        def call(self, x: Any) -> Any:
            normed = self.norm1(x)
            x = x + self.attention(normed, normed)
            return x + self.contract(self.expand(self.norm2(x)))

    class Positioned(layers.Layer):
        def build(self, shape: tuple[int | None, ...]) -> None:
            self.position = layers.Embedding(shape[1], width, name="position")
            self.position.build()

        def call(self, x: Any) -> Any:
            return x + self.position(keras.ops.arange(x.shape[1]))

    inputs = keras.Input(task["shape"])
    x = Positioned(name="")(layers.Dense(width, name="embed")(inputs))
    for index in range(task["blocks"]):
        x = Block(f"block{index}")(x)
    x = layers.LayerNormalization(epsilon=epsilon, name="norm")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(task["classes"], name="scores")(x))
