"""Training in PaddlePaddle, in its eager mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TITLE = "PaddlePaddle"
VERSION = "3.3.1"
PACKAGES = {"runtime": ("paddlepaddle=={version}", "setuptools==80.9.0", "numpy==2.4.6")}
IMPORTS = ("paddle",)
SETTINGS = {"precision": ("fp32",)}


def build(task: Mapping[str, Any]) -> Learner:
    """A learner with the task's initial weights."""
    import paddle

    paddle.set_device("cpu")
    return Learner(task, paddle)


class Learner:
    """A `paddle.nn.Layer`, trained by Adam on the cross-entropy of its scores."""

    def __init__(self, task: Mapping[str, Any], paddle: Any) -> None:
        """Take over the weights.

        Raises:
            ValueError: the network's layers and the weights do not match.
        """
        self._paddle = paddle
        self._model = task["network"].network(task)
        missing, unexpected = self._model.set_state_dict(_state(task["weights"], paddle))
        if missing or unexpected:
            raise ValueError(f"weights do not match the layers: without {missing}, too many {unexpected}")
        self._optimizer = paddle.optimizer.Adam(
            task["learning_rate"], parameters=self._model.parameters(), epsilon=task["epsilon"]
        )

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        losses = []
        for batch in batches:
            x, y = self._paddle.to_tensor(features[batch]), self._paddle.to_tensor(labels[batch])
            loss = self._paddle.nn.functional.cross_entropy(self._model(x), y)
            loss.backward()
            self._optimizer.step()
            self._optimizer.clear_grad()
            losses.append(loss.detach())
        return [float(loss) for loss in losses]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        with self._paddle.no_grad():
            return self._model(self._paddle.to_tensor(features)).numpy()


def _state(weights: Mapping[str, np.ndarray], paddle: Any) -> dict[str, Any]:
    """The weights under Paddle's names; dense kernels stay (in, out), convolutions become (out, in, 3, 3)."""
    state = {}
    for name, array in weights.items():
        layer, _, part = name.rpartition("/")
        own = array.transpose(3, 2, 0, 1).copy() if array.ndim == 4 else array  # noqa: PLR2004 - a convolution
        state[f"{layer.replace('/', '.')}.{'bias' if part == 'bias' else 'weight'}"] = paddle.to_tensor(own)
    return state
