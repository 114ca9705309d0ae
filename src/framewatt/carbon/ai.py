"""SCI for AI (Green Software Foundation, draft of January 2026, in public review): two scores, never merged.

The *consumer* score covers operation and monitoring; the *provider* score covers every other stage:
inception, design and development (all epochs, intermediate runs and early stops), deployment, end of life.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from framewatt.carbon import sci
from framewatt.errors import BadInput
from framewatt.records import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.sci import Footprint
    from framewatt.records import Quantity

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

CONSUMER_UNITS: Mapping[str, tuple[str, ...]] = {
    "language model": ("token",),
    "image model": ("image",),
    "video model": ("video second",),
    "classifier": ("inference", "sample", "request"),
    "agent": ("agentic workflow",),
    "website": ("page",),
}
"""R of the consumer score by kind of model: as the service is used or billed."""

PROVIDER_UNITS = ("FLOP", "training token", "parameter")
"""R of the provider score; state which, why, gross or effective, and material assumptions."""


@dataclass(frozen=True, slots=True)
class AiScore:
    """One side's score per its own R, the stages that it covers, and the status of the specification."""

    side: Side
    footprint: Footprint
    stages: tuple[Stage, ...]
    draft: str = DRAFT


def consumer_score(operation: Footprint, units: Quantity, kind_of_model: str) -> AiScore:
    """Operation and monitoring, all of it, per unit of use.

    Args:
        operation: The footprint of the whole period.
        units: R: how often it was used in that period; its unit is one of the kind's (``1e6 token``).
        kind_of_model: A key of `CONSUMER_UNITS`.

    Raises:
        BadInput: an unknown kind of model, or an R that is not used for it.
    """
    if kind_of_model not in CONSUMER_UNITS:
        raise BadInput(f"unknown kind of model {kind_of_model!r}; known: {', '.join(CONSUMER_UNITS)}")
    _check_unit(units, CONSUMER_UNITS[kind_of_model], f"the consumer score of a {kind_of_model}")
    return AiScore(Side.CONSUMER, sci.per_unit(operation, units), (Stage.INFERENCE,))


def provider_score(stages: Mapping[Stage, Footprint], units: Quantity) -> AiScore:
    """Development and training together, per FLOP, training token or parameter.

    Args:
        stages: The footprint of each stage; operation is refused, since the two scores are never merged.
        units: R, one of `PROVIDER_UNITS`.

    Raises:
        BadInput: no stage, a stage of operation, or an R of the consumer's side.
    """
    if foreign := [stage for stage in stages if SIDE_OF[stage] is not Side.PROVIDER]:
        raise BadInput(f"{foreign[0].value} belongs to the consumer score: the two are never merged")
    if not stages:
        raise BadInput("a provider score needs the footprint of training or development")
    _check_unit(units, PROVIDER_UNITS, "the provider score")
    whole = sci.combined(list(stages.values()))
    return AiScore(Side.PROVIDER, sci.per_unit(whole, units), tuple(stages))


def side_of_unit(name: str) -> Side | None:
    """The side whose R this is, None where the draft names no such unit."""
    if name in PROVIDER_UNITS:
        return Side.PROVIDER
    return Side.CONSUMER if any(name in units for units in CONSUMER_UNITS.values()) else None


def _check_unit(units: Quantity, known: tuple[str, ...], what: str) -> None:
    if units.unit not in known:
        raise BadInput(f"R = {units.unit!r}: {what} is per {' or '.join(known)}")
