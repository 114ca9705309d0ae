"""A round in progress: its legs, its blocks, what is missing and repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from framewatt.race.design import block_order
from framewatt.race.ledger import LegRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from framewatt.statistics.arrays import Array


MOST_REPAIRS = 3
"""Extra blocks per leg for windows that were noisy or invalid."""


@dataclass
class Leg:
    """Candidates that run side by side, each in one fresh trial."""

    serial: int
    members: tuple[int, ...]
    windows: int
    columns: list[tuple[Array, Array]] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    repairs: int = 0

    def next_members(self, anchor: int, seed: int, gone: AbstractSet[int]) -> tuple[int, ...]:
        """Who runs in the next block, in order; empty when the leg has what it needs."""
        here = [index for index in self.members if index not in gone]
        done = len(self.columns) - self.repairs
        if done < self.windows:
            return block_order(here, seed, self.serial, done) if here else ()
        again = [index for index in self.missing if index not in gone]
        if not again or self.repairs >= MOST_REPAIRS or len(here) == 1:
            return ()
        partner = anchor if anchor in here else here[0]
        pair = sorted({*again, partner if partner not in again else here[0]})
        return block_order(pair, seed, self.serial, len(self.columns))

    def add(self, cost: Array, cpu: Array, asked: Sequence[int]) -> None:
        """Results of a block: columns of log values, NaN where nothing valid was measured."""
        if len(self.columns) >= self.windows:
            self.repairs += 1
            self.missing = [index for index in self.missing if not np.isfinite(cost[index])]
        else:
            self.missing += [index for index in asked if not np.isfinite(cost[index])]
        self.columns.append((cost, cpu))

    def record(self) -> LegRecord:
        """All blocks as two tables, candidates x blocks."""
        return LegRecord(
            np.column_stack([cost for cost, _ in self.columns]),
            np.column_stack([cpu for _, cpu in self.columns]),
            self.windows,
        )


@dataclass
class Round:
    """Legs one after the other; `gone` are candidates that were dropped meanwhile."""

    anchor: int
    legs: list[Leg]
    seed: int

    def next_members(self, gone: AbstractSet[int]) -> tuple[int, ...]:
        """Who runs in the next block; empty when the round is complete."""
        for leg in self.legs:
            members = leg.next_members(self.anchor, self.seed, gone)
            if members:
                return members
        return ()

    def add(self, cost: Array, cpu: Array, asked: Sequence[int], gone: AbstractSet[int]) -> None:
        """Give a block's results to the leg whose turn it was."""
        for leg in self.legs:
            if leg.next_members(self.anchor, self.seed, gone):
                leg.add(cost, cpu, asked)
                return
        raise ValueError("the round is complete")

    def records(self) -> list[LegRecord]:
        """What the legs measured."""
        return [leg.record() for leg in self.legs if leg.columns]
