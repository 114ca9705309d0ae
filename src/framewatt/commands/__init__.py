"""Comparing any commands, in any language: `framewatt compare`."""

from framewatt.commands.contest import Contest, Question
from framewatt.commands.document import build_document

__all__ = ["Contest", "Question", "build_document"]
