"""What a terminal shows, as plain text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Json

_WIDTH = 100


def plain_text(show: Callable[[Json, Console], None], document: Json) -> str:
    """What `show` prints of a document, without colours and 100 columns wide."""
    buffer = io.StringIO()
    show(document, Console(file=buffer, width=_WIDTH, no_color=True, legacy_windows=False))
    return buffer.getvalue()
