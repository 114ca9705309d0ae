"""Training in JAX with Flax and Optax: one step is compiled as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "JAX with Flax"
VERSION = "0.10.2"
PACKAGES = {"runtime": ("jax=={version}", "flax==0.12.8", "optax==0.2.8", "numpy==2.4.6")}
IMPORTS = ("jax", "flax", "optax")
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    return Learner(task)


class Learner:
    """A `flax.linen.Module`, trained by Adam on the cross-entropy of its scores."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Take over the weights; compile nothing yet: the first step does."""
        import jax
        import optax

        model = task["network"].network(task)
        optimizer = optax.adam(task["learning_rate"], eps=task["epsilon"])
        self._weights = _parameters(model, task)
        self._state = optimizer.init(self._weights)

        def loss(weights: Any, x: Any, y: Any) -> Any:
            scores = model.apply({"params": weights}, x)
            return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()

        def step(weights: Any, state: Any, x: Any, y: Any) -> Any:
            value, slopes = jax.value_and_grad(loss)(weights, x, y)
            changes, state = optimizer.update(slopes, state)
            return optax.apply_updates(weights, changes), state, value

        self._step = jax.jit(step)
        self._predict = jax.jit(lambda weights, x: model.apply({"params": weights}, x))

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


def _parameters(model: Any, task: Mapping[str, Any]) -> Any:
    """The weights as the module's tree, each in the shape that its layer has there."""
    import jax
    import jax.numpy as jnp
    from flax.traverse_util import flatten_dict, unflatten_dict

    sample = jnp.zeros((1, *task["shape"]))
    wanted = flatten_dict(jax.eval_shape(model.init, jax.random.key(0), sample)["params"], sep="/")
    if wanted.keys() != task["weights"].keys():
        raise ValueError(f"weights do not match the layers: {sorted(wanted.keys() ^ task['weights'].keys())}")
    taken = {name: jnp.asarray(task["weights"][name].reshape(own.shape)) for name, own in wanted.items()}
    return unflatten_dict(taken, sep="/")
