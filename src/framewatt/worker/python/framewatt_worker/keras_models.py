"""Keras models on whatever back end computes beneath: what the three Keras framework files share.

A user's model file offers ``build()``, which returns a compiled model. Every back end runs the same file; the
initial weights are those that `describe` got from one of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras  # noqa: TID253 - only Keras's framework files load this file, in their functions
import numpy as np

from .model_files import run_file
from .tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_COPY_BYTES = 256 << 20
"""So much of the training data at most is laid out in the order of its batches at a time."""
_SCORED_ROWS = 256


def build_model(file: Path, seed: int, shape: Sequence[int]) -> Any:
    """A fresh compiled model from the user's ``build()`` for rows of `shape`.

    All of Keras's random numbers are seeded first; a model that waits for rows gets its weights here.

    Raises:
        RuntimeError, TypeError: the file does not offer that, each with what is there instead.
    """
    keras.utils.clear_session(free_memory=False)  # layers are named alike in every model
    keras.utils.set_random_seed(seed)
    code = run_file(file, "Keras")
    if not hasattr(code, "build"):
        raise RuntimeError(f"{file.name} has no function build")
    try:
        model = code.build()
    except Exception as error:
        raise RuntimeError(f"build() raised {type(error).__name__}: {error}") from error
    if not isinstance(model, keras.Model):
        raise TypeError(f"build() returned {type(model).__name__}, not a keras.Model")
    if not model.compiled or model.loss is None:
        raise RuntimeError("build() returned a model without a loss: call model.compile(optimizer, loss)")
    if model.steps_per_execution != 1:
        raise RuntimeError("each step's loss is needed: leave compile(steps_per_execution=1)")
    if not model.built and isinstance(model, keras.Sequential):
        model.build((None, *shape))  # which leaves the batch open
    elif not model.built:
        model(keras.ops.zeros((1, *shape)))
    return model


def describe(file: Path, weights: Path, seeds: Sequence[int], shape: Sequence[int]) -> dict[str, Any]:
    """What `build()` makes for rows of `shape`; each seed's initial weights go into the file `weights`.

    Weights are named ``POSITION/NUMBER`` in Keras's order.
    """
    arrays: dict[str, np.ndarray] = {}
    for position, seed in enumerate(seeds):
        model = build_model(file, seed, shape)
        named = ((f"{position}/{number:04d}", array) for number, array in enumerate(model.get_weights()))
        arrays |= {name: np.asarray(array) for name, array in named}
    write_tensors(weights, arrays)
    loss, from_logits = _loss(model)
    inputs, outputs = _shapes(model, shape)
    return {
        "inputs": inputs,
        "outputs": outputs,
        "loss": loss,
        "from_logits": from_logits,
        "random_layers": [layer.name for layer in model._flatten_layers() if _is_random(layer)],  # noqa: SLF001 - there is no public way to every nested layer
    }


def fit_batches(model: Any, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
    """Train by Keras's own loop, one step per row of `batches` (steps, batch: row numbers).

    Returns the loss of each step before its update.
    """
    losses: list[float] = []
    row_bytes = features[:1].nbytes + labels[:1].nbytes
    for part in _parts(batches, max(1, _COPY_BYTES // (row_bytes * batches.shape[1]))):
        rows, seen = part.ravel(), _Losses()
        model.fit(
            features[rows],
            labels[rows],
            batch_size=part.shape[1],
            shuffle=False,
            verbose=0,
            callbacks=[seen],
        )
        losses += seen.found
    return losses


class Learner:
    """Trains by Keras's own loop, ``fit``, on batches that are dealt."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """`task` holds the model file, whether it scores logits, the seed and the initial weights."""
        self._model = build_model(Path(task["model"]), task["seed"], task["shape"])
        weights = task["weights"]
        self._model.set_weights([weights[name] for name in sorted(weights)])
        self._link = _LINKS[task["link"]]

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        return fit_batches(self._model, features, labels, batches)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Probabilities ``(n, classes)`` or ``(n,)``, or values; logits are turned into probabilities."""
        found = np.asarray(self._model.predict(features, batch_size=_SCORED_ROWS, verbose=0))
        scores = self._link(found.astype(np.float64))
        return scores[:, 0] if scores.ndim == 2 and scores.shape[1] == 1 else scores  # noqa: PLR2004 - a column

    def save(self, path: Path) -> Path:
        """Write the model as a ``.keras`` file beside `path`."""
        file = path.with_suffix(".keras")
        self._model.save(file)
        return file


class Session:
    """A saved model that answers queries."""

    def __init__(self, file: Path, inputs: Sequence[Mapping[str, Any]]) -> None:
        """`inputs` are in the model's own order; `safe_mode` stays on: no code of the file runs."""
        self._model = keras.saving.load_model(file, compile=False, safe_mode=True)
        self._inputs = inputs

    def build(self) -> Session:
        """Trace and compile the forward step, where the shapes are known before the first query."""
        self._model.make_predict_function()
        if not any(None in entry["shape"] for entry in self._inputs):
            self.run({entry["name"]: np.zeros(entry["shape"], entry["dtype"]) for entry in self._inputs})
        return self

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs on the host, in the model's order."""
        tensors = [feed[entry["name"]] for entry in self._inputs]
        found = self._model.predict_on_batch(tensors if len(tensors) > 1 else tensors[0])
        return [np.asarray(one) for one in keras.tree.flatten(found)]


class _Losses(keras.callbacks.Callback):  # type: ignore[misc] # Keras is Any here
    """The loss of every step, from the running means that Keras tells: all batches are of one size."""

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Nothing is seen yet."""
        self._means: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - see above
        """Keep the mean so far."""
        self._means.append(float(logs["loss"]))

    @property
    def found(self) -> list[float]:
        """Each step's own loss."""
        sums = np.asarray(self._means, np.float64) * np.arange(1, len(self._means) + 1)
        return [float(loss) for loss in np.diff(sums, prepend=0.0)]


def _parts(batches: np.ndarray, steps: int) -> Iterator[np.ndarray]:
    return (batches[start : start + steps] for start in range(0, len(batches), steps))


def _shapes(model: Any, shape: Sequence[int]) -> tuple[list[list[int | None]], list[list[int | None]]]:
    """Of inputs and outputs; a model that is only a class is asked with a row of zeros."""
    if getattr(model, "inputs", None):
        return [list(one.shape) for one in model.inputs], [list(one.shape) for one in model.outputs]
    found = keras.tree.flatten(model(keras.ops.zeros((1, *shape))))
    return [[None, *shape]], [[None, *one.shape[1:]] for one in found]


def _loss(model: Any) -> tuple[str, bool]:
    """The loss's name in snake case, and whether it takes logits."""
    loss = keras.losses.get(model.loss)
    name = loss.name if isinstance(loss, keras.losses.Loss) else getattr(loss, "__name__", str(loss))
    config = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    return name, bool(config.get("from_logits", False))


def _is_random(layer: Any) -> bool:
    generator = getattr(layer, "seed_generator", None)
    return generator is not None and getattr(layer, "rate", 1) != 0


def _softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(logits / 2)))


_LINKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": np.asarray,
    "softmax": _softmax,
    "sigmoid": _sigmoid,
}
"""What turns a model's outputs into scores."""
