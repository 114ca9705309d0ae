"""Comparing any commands, in any language: `framewatt compare`."""

from framewatt.studies.compare.document import build_document
from framewatt.studies.compare.study import compare, conduct_comparison, resume

__all__ = ["build_document", "compare", "conduct_comparison", "resume"]
