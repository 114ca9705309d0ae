"""Train, validation and test: one test part that is judged once, and folds over the rest (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
_TEST_SHARE = 5
"""One row in five is for the test."""


@dataclass(frozen=True, slots=True)
class Folds:
    """Row numbers: `test` is nobody's to learn from; fold i validates on ``validation[i]``."""

    test: NDArray[np.int64]
    validation: tuple[NDArray[np.int64], ...]

    def training(self, fold: int) -> NDArray[np.int64]:
        """What a fold trains on: the validation parts of all others."""
        return np.concatenate([part for index, part in enumerate(self.validation) if index != fold])


def divide(target: NDArray[Any], *, stratified: bool, seed: int) -> Folds:
    """Shuffle by `seed` and deal: every part holds its share of each class where `stratified`."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(target))
    if stratified:
        order = order[np.argsort(target[order], kind="stable")]
    dealt = [order[start::_TEST_SHARE] for start in range(_TEST_SHARE)]
    rest = np.concatenate(dealt[1:])
    rest = rest[np.argsort(target[rest], kind="stable")] if stratified else rng.permutation(rest)
    return Folds(
        rng.permutation(dealt[0]), tuple(rng.permutation(rest[fold::FOLDS]) for fold in range(FOLDS))
    )
