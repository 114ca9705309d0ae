"""What a race was told: windows by round, and what launches and windows cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race.design import round_weight
from framewatt.statistics import PairSums, additive_effects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.records import Block, Observation
    from framewatt.statistics.arrays import Array


@dataclass
class Costs:
    """Seconds that launches and windows took, as told; `earlier` launches are not part of `spent`."""

    spent: float = 0.0
    window_total: float = 0.0
    windows: int = 0
    launches: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    earlier: dict[str, float] = field(default_factory=dict)

    def add(self, block: Block, spent_seconds: float, launch_seconds: Mapping[str, float]) -> None:
        """Account for one block."""
        self.spent += spent_seconds
        self.window_total += max(spent_seconds - sum(launch_seconds.values()), 0.0)
        self.windows += sum(slot.windows for slot in block.slots)
        for candidate, seconds in launch_seconds.items():
            self.launches[candidate].append(seconds)

    def window(self, default: float) -> float:
        """Mean wall time of a window with all that surrounds it."""
        return self.window_total / self.windows if self.windows and self.window_total else default

    def launch(self, candidate: str, before: float | None, default: float) -> float:
        """Mean wall time of a candidate's launches; before its first that `before` the race, or of others."""
        before = self.earlier.get(candidate, before)
        own = self.launches.get(candidate) or ([before] if before is not None else None)
        known = own or [seconds for launches in self.launches.values() for seconds in launches]
        return sum(known) / len(known) if known else default


@dataclass(frozen=True, slots=True)
class LegRecord:
    """Mean log values of one leg's blocks: ``[K, blocks]``, NaN where nothing was measured."""

    cost: Array
    cpu: Array
    windows: int


class Ledger:
    """Sums over finished rounds, for the cost and for CPU seconds."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        self.index = {name: position for position, name in enumerate(self.ids)}
        self.cost = PairSums.empty(len(ids))
        self.cpu = PairSums.empty(len(ids))
        self.window_squares, self.window_freedom = 0.0, 0
        self.window_counts: list[int] = []
        self.observations: list[list[Observation]] = [[] for _ in ids]

    def column(self, observations: Sequence[Observation]) -> tuple[Array, Array]:
        """Mean log cost and log CPU seconds of each candidate in one block, NaN where missing."""
        cost: list[list[float]] = [[] for _ in self.ids]
        cpu: list[list[float]] = [[] for _ in self.ids]
        for window in observations:
            if window.candidate not in self.index:
                raise ValueError(f"{window.candidate!r} does not take part in this race")
            if not (window.cost > 0 and np.isfinite(window.cost)):
                raise ValueError(
                    f"{window.candidate}: the cost of a window must be positive, not {window.cost}"
                )
            at = self.index[window.candidate]
            cost[at].append(np.log(window.cost))
            cpu[at].append(np.log(window.cpu_seconds) if window.cpu_seconds > 0 else np.nan)
        for window in observations:
            self.observations[self.index[window.candidate]].append(window)
        return _means(cost), _means(cpu)

    def close_round(self, records: Sequence[LegRecord], anchor: int) -> None:
        """Add a finished round; legs are joined at the anchor, which ran in each of them."""
        windows = max(record.windows for record in records)
        weight = float(round_weight(windows))
        effects, squares, freedom = _joined([record.cost for record in records], anchor)
        self.window_squares += squares
        self.window_freedom += freedom
        self.window_counts.append(windows)
        self.cost = self.cost.with_round(effects, np.isfinite(effects), weight)
        effects, _, _ = _joined([record.cpu for record in records], anchor)
        self.cpu = self.cpu.with_round(effects, np.isfinite(effects), weight)

    @property
    def rounds(self) -> int:
        """Finished rounds."""
        return len(self.window_counts)

    @property
    def window_variance(self) -> float:
        """Variance of the log cost between windows of one trial, after the blocks' common part."""
        return self.window_squares / self.window_freedom if self.window_freedom else 0.0

    def trial_values(self, candidate: int, quantity: str) -> list[float]:
        """Geometric mean of each trial's windows, in order of trials, where the quantity is positive."""
        trials: dict[int, list[float]] = defaultdict(list)
        for window in self.observations[candidate]:
            value = getattr(window, quantity)
            if value > 0:
                trials[window.trial].append(np.log(value))
        return [float(np.exp(np.mean(logs))) for _, logs in sorted(trials.items())]


def _means(values: Sequence[Sequence[float]]) -> Array:
    return np.array([np.mean(logs) if len(logs) else np.nan for logs in values])


def _joined(tables: Sequence[Array], anchor: int) -> tuple[Array, float, int]:
    joined = np.full(len(tables[0]), np.nan)
    squares, freedom = 0.0, 0
    for table in tables:
        effects, leg_squares, leg_freedom = additive_effects(table)
        squares, freedom = squares + leg_squares, freedom + leg_freedom
        if len(tables) > 1:
            effects = effects - effects[anchor]
        joined = np.where(np.isnan(joined), effects, joined)
    return joined, squares, freedom
