"""The decision document itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "JSON document"


def render(decision: Json) -> bytes:
    """The document, indented."""
    return (json.dumps(decision, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()
