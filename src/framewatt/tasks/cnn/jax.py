"""The network in JAX with Optax: one step is compiled as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "JAX"
VERSION = "0.10.2"
PACKAGES = {"runtime": ("jax=={version}", "optax==0.2.8", "numpy==2.4.6")}
IMPORTS = ("jax", "optax")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    return Learner(task)


class Learner:
    """Channels last, as the task's weights are."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Compile nothing yet: the first step does."""
        import jax
        import jax.numpy as jnp
        import optax

        optimizer = optax.adam(task["learning_rate"], eps=task["epsilon"])
        self._weights = {name: jnp.asarray(array) for name, array in task["weights"].items()}
        self._state = optimizer.init(self._weights)

        def loss(weights: Any, x: Any, y: Any) -> Any:
            return optax.softmax_cross_entropy_with_integer_labels(_scores(weights, x), y).mean()

        def step(weights: Any, state: Any, x: Any, y: Any) -> Any:
            value, slopes = jax.value_and_grad(loss)(weights, x, y)
            changes, state = optimizer.update(slopes, state)
            return optax.apply_updates(weights, changes), state, value

        self._step = jax.jit(step)
        self._predict = jax.jit(_scores)

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        losses = []
        for batch in batches:
            self._weights, self._state, value = self._step(
                self._weights, self._state, features[batch], labels[batch]
            )
            losses.append(value)
        return [float(value) for value in losses]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        import numpy as np

        return np.asarray(self._predict(self._weights, features))


def _scores(weights: Any, x: Any) -> Any:
    import jax

    for name in ("conv1", "conv2"):
        x = jax.lax.conv_general_dilated(
            x, weights[f"{name}/kernel"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + weights[f"{name}/bias"])
        x = jax.lax.reduce_window(x, -float("inf"), jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return x.reshape(len(x), -1) @ weights["dense/kernel"] + weights["dense/bias"]
