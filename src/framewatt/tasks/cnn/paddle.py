"""The network in PaddlePaddle, in its eager mode."""

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
    """Channels first; kernels become (out, in, 3, 3)."""

    def __init__(self, task: Mapping[str, Any], paddle: Any) -> None:
        """Take over the weights; the dense layer sees (height, width, channel)."""
        self._paddle = paddle

        def parameter(name: str, *axes: int) -> Any:
            array = task["weights"][name]
            array = array.transpose(axes).copy() if axes else array
            initial = paddle.nn.initializer.Assign(array)
            return paddle.create_parameter(list(array.shape), "float32", default_initializer=initial)

        self._weights = [
            parameter("conv1/kernel", 3, 2, 0, 1),
            parameter("conv1/bias"),
            parameter("conv2/kernel", 3, 2, 0, 1),
            parameter("conv2/bias"),
            parameter("dense/kernel"),
            parameter("dense/bias"),
        ]
        self._optimizer = paddle.optimizer.Adam(
            task["learning_rate"], parameters=self._weights, epsilon=task["epsilon"]
        )

    def epoch(self, features: np.ndarray, labels: np.ndarray, batches: np.ndarray) -> list[float]:
        """One step per row of `batches`; the loss of each before its update."""
        losses = []
        for batch in batches:
            x = self._paddle.to_tensor(features[batch].transpose(0, 3, 1, 2).copy())
            y = self._paddle.to_tensor(labels[batch])
            loss = self._paddle.nn.functional.cross_entropy(self._scores(x), y)
            loss.backward()
            self._optimizer.step()
            self._optimizer.clear_grad()
            losses.append(loss.detach())
        return [float(loss) for loss in losses]

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Class scores."""
        with self._paddle.no_grad():
            x = self._paddle.to_tensor(features.transpose(0, 3, 1, 2).copy())
            return self._scores(x).numpy()

    def _scores(self, x: Any) -> Any:
        functional = self._paddle.nn.functional
        k1, b1, k2, b2, k3, b3 = self._weights
        x = functional.max_pool2d(functional.relu(functional.conv2d(x, k1, b1, padding=1)), 2)
        x = functional.max_pool2d(functional.relu(functional.conv2d(x, k2, b2, padding=1)), 2)
        return x.transpose([0, 2, 3, 1]).flatten(1) @ k3 + b3
