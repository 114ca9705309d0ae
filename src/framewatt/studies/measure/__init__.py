"""What one command draws: `framewatt measure`."""

from framewatt.studies.measure.command import CommandRun, measure_command
from framewatt.studies.measure.document import build_document
from framewatt.studies.measure.study import measure

__all__ = ["CommandRun", "build_document", "measure", "measure_command"]
