"""The transformer encoder in TensorFlow's own operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCRIPTS = ("../scripts/tensorflow.py",)


def network(task: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Any], Any]:
    """A function of the weights and rows of pixels that gives class scores."""
    import tensorflow as tf

    width, heads, epsilon = task["width"], task["heads"], task["norm_epsilon"]
    tokens = task["shape"][0]

    def dense(weights: Mapping[str, Any], name: str, x: Any) -> Any:
        return tf.tensordot(x, weights[f"{name}/kernel"], 1) + weights[f"{name}/bias"]

    def norm(weights: Mapping[str, Any], name: str, x: Any) -> Any:
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        scale, bias = weights[f"{name}/scale"], weights[f"{name}/bias"]
        return tf.nn.batch_normalization(x, mean, variance, bias, scale, epsilon)

    def attention(weights: Mapping[str, Any], name: str, x: Any) -> Any:
        query, key, value = (
            tf.reshape(dense(weights, f"{name}/{part}", x), (-1, tokens, heads, width // heads))
            for part in ("query", "key", "value")
        )
        scale = (width // heads) ** -0.5
        shares = tf.nn.softmax(tf.einsum("bqhw,bkhw->bhqk", query * scale, key))
        mixed = tf.einsum("bhqk,bkhw->bqhw", shares, value)
        return dense(weights, f"{name}/out", tf.reshape(mixed, (-1, tokens, width)))

    def scores(weights: Mapping[str, Any], x: Any) -> Any:
        x = dense(weights, "embed", x) + weights["position/embedding"]
        for block in (f"block{index}" for index in range(task["blocks"])):
            x += attention(weights, f"{block}/attention", norm(weights, f"{block}/norm1", x))
            wide = tf.nn.gelu(dense(weights, f"{block}/expand", norm(weights, f"{block}/norm2", x)))
            x += dense(weights, f"{block}/contract", wide)
        return dense(weights, "scores", tf.reduce_mean(norm(weights, "norm", x), 1))

    return scores
