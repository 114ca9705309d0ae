"""What the three Keras scripts share: one learner, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

_PARTS = {"gamma": "scale", "beta": "bias", "embeddings": "embedding", "attention_output": "out"}
"""Keras's words for what the tasks' weights call otherwise."""


class Learner:
    """A `keras.Model`, trained by Keras's own loop, ``fit``, with Adam on the cross-entropy."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Build, take over the weights, compile with Keras's defaults."""
        import keras

        keras.utils.set_random_seed(task["seed"])
        self._model = task["network"].network(task)
        _take_over(self._model, task["weights"])
        self._model.compile(
            optimizer=keras.optimizers.Adam(task["learning_rate"], epsilon=task["epsilon"]),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        from framewatt_worker.keras_models import fit_batches

        losses: list[float] = fit_batches(self._model, features, labels, batches)
        return losses

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        import numpy as np

        return np.asarray(self._model.predict(features, batch_size=256, verbose=0))


def _take_over(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Assign every weight by its path, in the shape that its layer has here."""
    paths = {variable.path.removeprefix(f"{model.name}/"): variable for variable in model.weights}
    own = {"/".join(_PARTS.get(word, word) for word in path.split("/")): v for path, v in paths.items()}
    if own.keys() != weights.keys():
        raise ValueError(f"weights do not match the layers: {sorted(own.keys() ^ weights.keys())}")
    for name, variable in own.items():
        variable.assign(weights[name].reshape(variable.shape))
