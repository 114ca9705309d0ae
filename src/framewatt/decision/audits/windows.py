"""All audits of a study's windows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.decision.audits.conditions import audit_conditions
from framewatt.decision.audits.readings import readings_of
from framewatt.decision.audits.series import audit_readings, unsteady

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.records import AuditWarning, Measurement


def audit(measurements: Sequence[Measurement], margin: float = 0.02) -> list[AuditWarning]:
    """Everything that a study's windows give away about themselves and about the host."""
    return [*audit_conditions(measurements), *audit_readings(readings_of(measurements), margin)]


def unsteady_candidates(measurements: Sequence[Measurement], margin: float = 0.02) -> set[str]:
    """Candidates that cannot win on their means, because their costs still move."""
    return unsteady(readings_of(measurements), margin)
