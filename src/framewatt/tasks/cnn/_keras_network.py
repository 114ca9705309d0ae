"""What the three Keras scripts share: one model file, whatever computes beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np


class Learner:
    """Keras's own training step, batch by batch."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Build, take over the weights, compile with Keras's defaults."""
        import keras

        keras.utils.set_random_seed(task["seed"])
        layers, weights = keras.layers, task["weights"]
        self._model = keras.Sequential(
            [
                keras.Input(task["shape"]),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(32, 3, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(task["classes"]),
            ]
        )
        names = [f"{layer}/{part}" for layer in ("conv1", "conv2", "dense") for part in ("kernel", "bias")]
        self._model.set_weights([weights[name] for name in names])
        self._model.compile(
            optimizer=keras.optimizers.Adam(task["learning_rate"], epsilon=task["epsilon"]),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        losses = []
        for batch in batches:
            self._model.reset_metrics()  # Keras otherwise answers with the mean so far
            losses.append(float(self._model.train_on_batch(features[batch], labels[batch])))
        return losses

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        import numpy as np

        return np.asarray(self._model.predict(features, batch_size=256, verbose=0))
