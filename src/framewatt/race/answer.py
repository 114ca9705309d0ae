"""What a race may come to: a verdict on frameworks, and one on the settings of the framework it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewatt.records import Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict on frameworks, the candidates that stand for them (cheapest first), and the most to be lost.

    `loss` is a log ratio to the best of all other frameworks, from 0 on; `by_cpu` says that it is of measured
    CPU seconds, with which the estimate agrees.
    """

    verdict: Verdict
    points: tuple[int, ...]
    loss: float
    by_cpu: bool


@dataclass(frozen=True, slots=True)
class SettingAnswer:
    """Which of a framework's settings: `points` are those that it may be, the one taken first.

    `loss` is the most that the one taken may cost more than the best of its siblings, as a log ratio.
    """

    verdict: Verdict
    points: tuple[int, ...]
    loss: float
