"""Documents in their forms: pages as text, Markdown and CSV, the document itself as JSON, by a reporter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from framewatt.decision.decision import SCHEMA
from framewatt.errors import BadInput
from framewatt.reports.markdown.page import pages_markdown
from framewatt.reports.spreadsheet import pages_csv
from framewatt.reports.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from framewatt.records import Json
    from framewatt.reports.page import Page

FORMS: Mapping[str, Callable[..., str]] = {"text": plain_text, "markdown": pages_markdown, "csv": pages_csv}
"""Each with its writer, which takes pages and `details`: the rest of them too."""


def rendered(pages: Sequence[Page], form: str, *, details: bool = False) -> str:
    """Pages in a form; Markdown folds its details away, so that it always has them."""
    return FORMS[form](pages, details=details or form == "markdown")


def json_text(document: Json) -> str:
    """The document itself, indented."""
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def reported(document: Json, render: Callable[[Json], bytes]) -> str:
    """What a reporter's `render` makes of a run's own study: the first, where a run has several.

    Raises:
        BadInput: the document is no decision.
    """
    own: Json = document["studies"][0] if "studies" in document else document
    if own["schema"] != SCHEMA:
        raise BadInput("a comparison of commands is told as text, json, markdown or csv")
    return render(own).decode()
