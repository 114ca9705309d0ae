"""One row a framework, for a spreadsheet: figures in plain units with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "CSV"


def render(decision: Json) -> bytes:
    """The table of frameworks."""
    return rendered(pages_of(decision), "csv").encode()
