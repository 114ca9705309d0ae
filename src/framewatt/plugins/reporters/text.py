"""A table that people read at a glance, and one sentence of advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.text.decision import show_decision
from framewatt.reports.text.plain import plain_text

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "plain text"


def render(decision: Json) -> bytes:
    """The report without colours, 100 columns wide."""
    return plain_text(show_decision, decision).encode()
