"""Comparing any commands, in any language: `framewatt compare`."""

from framewatt.studies.compare.contest import Contest, Question
from framewatt.studies.compare.document import build_document

__all__ = ["Contest", "Question", "build_document"]
