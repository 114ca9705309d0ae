"""A table that people read at a glance, and one sentence of advice."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from framewatt.reports.text.decision import show_decision

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "plain text"
_WIDTH = 100


def render(decision: Json) -> bytes:
    """The report without colours, 100 columns wide."""
    buffer = io.StringIO()
    show_decision(decision, Console(file=buffer, width=_WIDTH, no_color=True, legacy_windows=False))
    return buffer.getvalue().encode()
