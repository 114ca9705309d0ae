"""Training in TensorFlow: one step as a graph (tf.function), or through XLA."""

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
    import tensorflow as tf

    from ._tensorflow import limit_threads

    limit_threads(tf, task["settings"]["threads"])
    return Learner(task, tf)


class Learner:
    """A function of weights and features, trained by Adam on the cross-entropy of its scores.

    Adam is written out: Keras, whose optimizers are TensorFlow's only ones, is a candidate of its own.
    """

    def __init__(self, task: Mapping[str, Any], tf: Any) -> None:
        """Trace nothing yet: the first step does."""
        self._tf, self._rate, self._epsilon = tf, task["learning_rate"], task["epsilon"]
        self._scores = task["network"].network(task)
        self._weights = {name: tf.Variable(array) for name, array in task["weights"].items()}
        self._first = {name: tf.Variable(tf.zeros_like(v)) for name, v in self._weights.items()}
        self._second = {name: tf.Variable(tf.zeros_like(v)) for name, v in self._weights.items()}
        self._count = tf.Variable(0.0)
        xla = task["settings"]["execution"] == "xla"
        self._step = tf.function(self._one_step, jit_compile=xla)
        self._predict = tf.function(lambda x: self._scores(self._weights, x), jit_compile=xla)

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
        """A step of Adam (Kingma & Ba 2015, arXiv 1412.6980), epsilon as in its algorithm 1."""
        tf = self._tf
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, self._scores(self._weights, x))
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
