"""Training by a script that offers ``build(task)``: the house deals the batches, the script does the steps.

What a script's learner must offer::

    epoch(features, labels, batches) -> losses    one step per row of `batches` (steps, batch: row numbers);
                                                  each step's mean loss *before* its update
    predict(features) -> scores                   (n, classes) or (n,)
    save(path) -> path                            optional: write the model there, with a suffix of its own

Where the task keeps a network apart from the script that trains it, `build` finds that file's module as
``task["network"]``.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType


def batches(seed: int, epoch: int, rows: int, size: int) -> np.ndarray:
    """Row numbers of an epoch, ``(steps, size)``, the same for every script; a last part batch is dropped."""
    order = np.random.default_rng([seed, epoch]).permutation(rows)
    return order[: rows // size * size].reshape(-1, size)


class ScriptedTraining:
    """One model in the making."""

    def __init__(
        self, script: ModuleType, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]
    ) -> None:
        """`arrays` holds the parts and each seed's initial weights; `about` is the task's description."""
        self._script, self._arrays, self._about = script, arrays, about
        self._learner: Any = None
        self._seed, self._epoch = 0, 0

    def begin(self, fold: int, settings: Mapping[str, str]) -> None:
        """A fresh learner with the initial weights of the seed at position `fold`."""
        self._seed, self._epoch = self._about["seeds"][fold], 0
        prefix = f"weights-{fold}/"
        weights = {n.removeprefix(prefix): a.copy() for n, a in self._arrays.items() if n.startswith(prefix)}
        task = {**self._about["options"], "seed": self._seed, "weights": weights, "settings": dict(settings)}
        task["shape"] = self._arrays["x_train"].shape[1:]
        network = self._about["networks"].get(Path(str(self._script.__file__)).stem)
        if network is not None:
            task["network"] = _load(network)
        self._learner = self._script.build(task)

    def advance(self, epochs: int, steps: int | None = None) -> list[float]:
        """Train on, by the first `steps` batches of each epoch or by all; returns the loss of every step.

        Raises:
            ValueError: the script reports another number of losses than there were steps.
        """
        features, labels = self._arrays["x_train"], self._arrays["y_train"]
        losses: list[float] = []
        for _ in range(epochs):
            dealt = batches(self._seed, self._epoch, len(labels), self._about["batch"])[:steps]
            found = np.asarray(self._learner.epoch(features, labels, dealt), dtype=float).reshape(-1)
            if len(found) != len(dealt):
                there = "1 step" if len(dealt) == 1 else f"{len(dealt)} steps"
                told = f"epoch() reported {len(found)} losses for {there}"
                raise ValueError(f"{told}; return the mean loss of each step, taken before its update")
            losses += found.tolist()
            self._epoch += 1
        return losses

    def scores(self, part: str) -> np.ndarray:
        """What the learner says of a part's features; it never sees that part's labels.

        Raises:
            ValueError: another number of scores than there are rows.
        """
        features = self._arrays[f"x_{part}"]
        found = np.asarray(self._learner.predict(features))
        if len(found) != len(features):
            raise ValueError(f"predict() gave {len(found)} scores for {len(features)} rows")
        return found

    def save(self, path: Path) -> Path | None:
        """Have the learner write its model; None where it does not offer that."""
        if not hasattr(self._learner, "save"):
            return None
        written: Path = self._learner.save(path)
        return written


def _load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("framewatt_network", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
