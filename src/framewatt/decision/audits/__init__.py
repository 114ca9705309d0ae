"""Audits: pure functions from what was measured to typed warnings with remedies. None drops anything.

`audit` takes a study's windows; `audit_readings` takes any series of costs, such as a table of somebody
else's runs; `audit_candidates` and `audit_samples` ask whether the comparison itself was fair.
"""

from framewatt.decision.audits.conditions import audit_conditions
from framewatt.decision.audits.fairness import audit_candidates, audit_feeding, audit_samples
from framewatt.decision.audits.readings import Reading, readings_of
from framewatt.decision.audits.series import audit_readings, unsteady
from framewatt.decision.audits.windows import audit, unsteady_candidates

__all__ = [
    "Reading",
    "audit",
    "audit_candidates",
    "audit_conditions",
    "audit_feeding",
    "audit_readings",
    "audit_samples",
    "readings_of",
    "unsteady",
    "unsteady_candidates",
]
