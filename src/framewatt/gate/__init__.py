"""Is this run dearer than that one, beyond doubt? A gate for continuous integration."""

from framewatt.gate.document import check
from framewatt.gate.evidence import RunEvidence, read_run

__all__ = ["RunEvidence", "check", "read_run"]
