"""One sentence, one table that people read at a glance, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "plain text"


def render(decision: Json) -> bytes:
    """The report without colours, 80 columns wide."""
    return rendered(pages_of(decision), "text").encode()
