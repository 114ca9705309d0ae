"""Synthetic clicks: pairs ``(n, 2)`` of a user's and an item's number, and whether the user clicked.

Planted: each user and item has four hidden traits and a bias; the chance of a click is the logistic function
of the traits' product and the biases. What nobody can learn is the coin that is then tossed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.workload.bundled.tasks import datasets, initial

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEED = 0
_TRAITS = 4
_STRENGTH = 2


def data(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The parts of the interactions."""
    rng = np.random.default_rng(_SEED)
    users, items = options["users"], options["items"]
    user_traits, item_traits = (rng.standard_normal((count, _TRAITS)) for count in (users, items))
    user_bias, item_bias = rng.standard_normal(users), rng.standard_normal(items)
    user, item = (rng.integers(0, count, options["interactions"]) for count in (users, items))
    leaning = _STRENGTH * (
        (user_traits[user] * item_traits[item]).sum(axis=1) + user_bias[user] + item_bias[item]
    )
    clicked = rng.random(len(user)) < 1 / (1 + np.exp(-leaning))
    return datasets.parts(np.stack([user, item], axis=1).astype(np.int32), clicked.astype(np.int64))


def weights(seed: int, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Initial weights by name; the hidden layer sees (user, item, product)."""
    rng = np.random.default_rng(seed)
    width, hidden = options["width"], options["hidden"]
    found = initial.embedding(rng, "user", options["users"], width)
    found |= initial.embedding(rng, "item", options["items"], width)
    return found | initial.layers(rng, {"hidden": (3 * width, hidden), "scores": (hidden, 2)})
