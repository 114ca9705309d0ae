"""What a terminal shows, as plain text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from framewatt.reports.text.page import show_pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.reports.page import Page

WIDTH = 80


def plain_text(pages: Sequence[Page], *, details: bool = False) -> str:
    """Pages without colours, 80 columns wide."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=WIDTH, no_color=True, color_system=None, legacy_windows=False)
    show_pages(pages, console, details=details)
    return buffer.getvalue()
