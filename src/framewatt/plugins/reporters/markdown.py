"""The report as GitHub's Markdown, for the comment of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "Markdown"


def render(decision: Json) -> bytes:
    """The verdict and the table; the details are folded away."""
    return rendered(pages_of(decision), "markdown").encode()
