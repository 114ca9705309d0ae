"""The decision document itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.rendering import json_text

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "JSON document"


def render(decision: Json) -> bytes:
    """The document, indented."""
    return json_text(decision).encode()
