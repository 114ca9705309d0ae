"""The network in TensorFlow: one step as a graph (tf.function), or through XLA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "TensorFlow"
VERSION = "2.19.0"
PACKAGES = {"runtime": ("tensorflow-cpu=={version}", "numpy==2.1.3")}
EXCLUDES = ("tensorboard", "torch", "torchvision")
IMPORTS = ("tensorflow",)
SETTINGS = {"precision": ("fp32",), "execution": ("graph", "xla")}
ENTRIES = ({"execution": "graph"}, {"execution": "xla"})
_BETA_1, _BETA_2 = 0.9, 0.999


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    import contextlib

    import tensorflow as tf

    with contextlib.suppress(RuntimeError):  # already set, by an earlier learner of this process
        tf.config.threading.set_intra_op_parallelism_threads(int(task["settings"]["threads"]))
        tf.config.threading.set_inter_op_parallelism_threads(1)
    return Learner(task, tf)


class Learner:
    """Channels last. Adam is written out: Keras places its epsilon differently from PyTorch and Optax."""

    def __init__(self, task: Mapping[str, Any], tf: Any) -> None:
        """Trace nothing yet: the first step does."""
        self._tf, self._rate, self._epsilon = tf, task["learning_rate"], task["epsilon"]
        self._weights = {name: tf.Variable(array) for name, array in task["weights"].items()}
        self._first = {name: tf.Variable(tf.zeros_like(v)) for name, v in self._weights.items()}
        self._second = {name: tf.Variable(tf.zeros_like(v)) for name, v in self._weights.items()}
        self._count = tf.Variable(0.0)
        xla = task["settings"]["execution"] == "xla"
        self._step = tf.function(self._one_step, jit_compile=xla)
        self._predict = tf.function(self._scores, jit_compile=xla)

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        tf = self._tf
        x, y, rows = tf.constant(features), tf.constant(labels), tf.constant(batches)
        losses = [self._step(tf.gather(x, batch), tf.gather(y, batch)) for batch in rows]
        return [float(value) for value in losses]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        return self._predict(self._tf.constant(features)).numpy()

    def _one_step(self, x: Any, y: Any) -> Any:
        tf = self._tf
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, self._scores(x))
            loss = tf.reduce_mean(losses)
        slopes = tape.gradient(loss, self._weights)
        count = self._count.assign_add(1.0)
        for name, weight in self._weights.items():
            first = self._first[name].assign(_BETA_1 * self._first[name] + (1 - _BETA_1) * slopes[name])
            square = slopes[name] ** 2
            second = self._second[name].assign(_BETA_2 * self._second[name] + (1 - _BETA_2) * square)
            scale = tf.sqrt(second / (1 - _BETA_2**count)) + self._epsilon
            weight.assign_sub(self._rate * (first / (1 - _BETA_1**count)) / scale)
        return loss

    def _scores(self, x: Any) -> Any:
        tf = self._tf
        for name in ("conv1", "conv2"):
            x = tf.nn.conv2d(x, self._weights[f"{name}/kernel"], 1, "SAME")
            x = tf.nn.max_pool2d(tf.nn.relu(x + self._weights[f"{name}/bias"]), 2, 2, "VALID")
        flat = tf.reshape(x, (tf.shape(x)[0], -1))
        return flat @ self._weights["dense/kernel"] + self._weights["dense/bias"]
