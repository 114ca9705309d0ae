"""What one command draws: `framewatt measure`."""

from framewatt.studies.measure.command import MeteredCommand, measure_command
from framewatt.studies.measure.document import build_document
from framewatt.studies.measure.study import measure

__all__ = ["MeteredCommand", "build_document", "measure", "measure_command"]
