"""The closed vocabularies: what a field of a record may say."""

from __future__ import annotations

from enum import StrEnum


class Provenance(StrEnum):
    """Where a figure comes from, strongest first."""

    MEASURED = "measured"
    DECLARED = "declared"
    PUBLISHED = "published"
    ESTIMATED = "estimated"
    PROJECTED = "projected"
    DERIVED = "derived"


class Scope(StrEnum):
    """What an energy figure covers: everything behind the wall plug, or the processor package alone."""

    WALL = "wall"
    PACKAGE = "package"


class Stage(StrEnum):
    """The part of a model's life that a study is about."""

    DEVELOPMENT = "development"
    TRAINING = "training"
    INFERENCE = "inference"


class Phase(StrEnum):
    """What a worker was doing in a metered interval."""

    IMPORT = "import"
    LOAD = "load"
    COMPILE = "compile"
    WARMUP = "warmup"
    TRAIN = "train"
    STEADY = "steady"


class Scenario(StrEnum):
    """How samples arrive, in MLPerf's words."""

    SINGLE_STREAM = "single_stream"
    OFFLINE = "offline"
    SERVER = "server"


class Objective(StrEnum):
    """What a study minimises; fixed before the race and recorded."""

    ENERGY = "energy"
    CARBON = "carbon"


class Status(StrEnum):
    """How a candidate ended."""

    MEASURED = "measured"
    ELIMINATED = "eliminated"
    INFEASIBLE = "infeasible"
    INAPPLICABLE = "inapplicable"
    FAILED = "failed"


class Verdict(StrEnum):
    """What a study may conclude."""

    WINNER = "winner"
    GOOD = "good"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    UNCONTESTED = "uncontested"
    NONE = "none"


class IntensityKind(StrEnum):
    """What an intensity says of the grid. Market-based factors have no member: SCI excludes them."""

    AVERAGE = "average"
    MARGINAL = "marginal"
