"""Trains what a model file builds: a linear model by gradient descent, at the asked or at twice its rate."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

TITLE = "Back end"
VERSION = "1"
ACCEPTS = ("keras_code",)
LIGHT = True
PACKAGES = {"runtime": ("numpy",)}
ENVIRONMENT = {"STAND_IN_BACK_END": "numpy"}
IMPORTS = ("numpy",)
SETTINGS = {"precision": ("fp32",), "rate": ("asked", "twice")}
ENTRIES = ({"rate": "asked"}, {"rate": "twice"})


def describe(model: Path, weights: Path, seeds: Sequence[int], shape: Sequence[int]) -> dict[str, Any]:
    """What ``build()`` tells of itself, and weights drawn by its own seeds."""
    import numpy as np
    from framewatt_worker.tensors import write_tensors

    built = _built(model)
    found = {
        f"{i}/0": np.random.default_rng(seed).standard_normal(shape[0] + 1) for i, seed in enumerate(seeds)
    }
    write_tensors(weights, found)
    told = {"inputs": [[None, *shape]], "outputs": [[None, 1]], "loss": "binary_crossentropy"}
    return {**told, "from_logits": True, "random_layers": [], **built.get("about", {})}


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the weights that were described."""
    import os

    assert os.environ["STAND_IN_BACK_END"] == "numpy"
    rate = _built(Path(task["model"]))["rate"] * (2 if task["settings"]["rate"] == "twice" else 1)
    return Learner(task["weights"]["0"], rate)


def load(model: Path, settings: Mapping[str, str], signature: Mapping[str, Any]) -> Any:
    """There is nothing to load: it only trains."""
    raise NotImplementedError("it only trains")


def _built(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build()


class Learner:
    """Logistic regression, one step a batch."""

    def __init__(self, weights: np.ndarray, rate: float) -> None:
        """The last weight is the bias."""
        self._weights, self._rate = weights, rate

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per batch."""
        import numpy as np

        losses = []
        for rows in batches:
            x, y = self._ready(features[rows]), labels[rows][:, 0]
            chance = 1 / (1 + np.exp(-x @ self._weights))
            clipped = np.clip(chance, 1e-9, 1 - 1e-9)
            losses.append(float(-np.mean(y * np.log(clipped) + (1 - y) * np.log(1 - clipped))))
            self._weights = self._weights - self._rate * x.T @ (chance - y) / len(y)
        return losses

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Probability of label 1."""
        import numpy as np

        return 1 / (1 + np.exp(-self._ready(features) @ self._weights))

    def save(self, path: Path) -> Path:
        """The weights as JSON."""
        file = path.with_suffix(".json")
        file.write_text(json.dumps(self._weights.tolist()))
        return file

    @staticmethod
    def _ready(features: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.concatenate([features.astype(float), np.ones((len(features), 1))], axis=1)
