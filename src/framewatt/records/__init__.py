"""The records that flow through framewatt: frozen, serialisable, without handles or behaviour.

Everything that was measured is kept in these; every later stage is a pure function of them. They lie in the
order of the data: the words they are said in, figures, the work, what was metered, what the race makes of it.
"""

from framewatt.records.figures import Estimate, GridIntensity, Quantity
from framewatt.records.metered import Host, HostState, Measurement, MeterDescription, MeterReading, Usage
from framewatt.records.plain import Json
from framewatt.records.raced import AuditWarning, Block, Observation, Slot
from framewatt.records.words import (
    IntensityKind,
    Objective,
    Phase,
    Provenance,
    Scenario,
    Scope,
    Stage,
    Status,
    Verdict,
)
from framewatt.records.work import AS_SHIPPED, REFERENCE_PRECISION, Candidate, Signature, TensorSpec, Workload

__all__ = [
    "AS_SHIPPED",
    "REFERENCE_PRECISION",
    "AuditWarning",
    "Block",
    "Candidate",
    "Estimate",
    "GridIntensity",
    "Host",
    "HostState",
    "IntensityKind",
    "Json",
    "Measurement",
    "MeterDescription",
    "MeterReading",
    "Objective",
    "Observation",
    "Phase",
    "Provenance",
    "Quantity",
    "Scenario",
    "Scope",
    "Signature",
    "Slot",
    "Stage",
    "Status",
    "TensorSpec",
    "Usage",
    "Verdict",
    "Workload",
]
