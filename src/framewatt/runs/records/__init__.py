"""What a run says, line by line: one type a kind, in the order of the pipeline.

``preparation`` before the first joule, ``admission`` who may race, ``race`` what it was told, ``training``
how each came to the quality. `Measurement` (in `framewatt.records`) is the kind that all figures come from.
"""

from framewatt.runs.records.admission import (
    Admitted,
    OracleOverruled,
    OwnFile,
    ParityCheck,
    QualityScore,
    Settled,
)
from framewatt.runs.records.preparation import (
    BuiltConverter,
    BuiltEnvironment,
    CommandPace,
    ConversionCost,
    IdlePower,
    Inputs,
    Prepared,
)
from framewatt.runs.records.race import BlockTold, CandidateDropped, RaceEvent
from framewatt.runs.records.training import (
    Confirmation,
    CurveCost,
    CurvePoint,
    FirstLosses,
    QualityTarget,
    RacingTerms,
    TrainingOutcome,
    Tuning,
    TuningPoint,
)

__all__ = [
    "Admitted",
    "BlockTold",
    "BuiltConverter",
    "BuiltEnvironment",
    "CandidateDropped",
    "CommandPace",
    "Confirmation",
    "ConversionCost",
    "CurveCost",
    "CurvePoint",
    "FirstLosses",
    "IdlePower",
    "Inputs",
    "OracleOverruled",
    "OwnFile",
    "ParityCheck",
    "Prepared",
    "QualityScore",
    "QualityTarget",
    "RaceEvent",
    "RacingTerms",
    "Settled",
    "TrainingOutcome",
    "Tuning",
    "TuningPoint",
]
