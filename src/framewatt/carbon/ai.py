"""SCI for AI (Green Software Foundation, draft of January 2026, in public review): two scores, never merged.

The *consumer* score covers operation and monitoring; the *provider* score covers every other stage:
inception, design and development (all epochs, intermediate runs and early stops), deployment, end of life.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from framewatt.records import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAFT = (
    "SCI for AI is a draft of the Green Software Foundation (January 2026, in public review): "
    "what it asks may still change"
)


class Side(StrEnum):
    """Who answers for a score."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


SIDE_OF: Mapping[Stage, Side] = {
    Stage.INFERENCE: Side.CONSUMER,
    Stage.TRAINING: Side.PROVIDER,
    Stage.DEVELOPMENT: Side.PROVIDER,
}
