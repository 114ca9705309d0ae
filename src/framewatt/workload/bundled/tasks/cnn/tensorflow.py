"""The convolutional network in TensorFlow's own operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCRIPTS = ("../scripts/tensorflow.py",)


def network(task: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Any], Any]:
    """A function of the weights and images that gives class scores."""
    import tensorflow as tf

    def scores(weights: Mapping[str, Any], x: Any) -> Any:
        for name in ("conv1", "conv2"):
            x = tf.nn.conv2d(x, weights[f"{name}/kernel"], 1, "SAME")
            x = tf.nn.max_pool2d(tf.nn.relu(x + weights[f"{name}/bias"]), 2, 2, "VALID")
        flat = tf.reshape(x, (tf.shape(x)[0], -1))
        return flat @ weights["scores/kernel"] + weights["scores/bias"]

    return scores
