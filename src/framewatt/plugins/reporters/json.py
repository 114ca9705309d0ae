"""The decision document itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = "JSON document"
SUFFIX = "json"


def render(decision: Mapping[str, Any]) -> bytes:
    """The document, indented."""
    return (json.dumps(decision, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()
