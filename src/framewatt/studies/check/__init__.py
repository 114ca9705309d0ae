"""Is this run dearer than that one, beyond doubt? A gate for continuous integration."""

from framewatt.studies.check.document import check
from framewatt.studies.check.run import RunTrials, read_run

__all__ = ["RunTrials", "check", "read_run"]
