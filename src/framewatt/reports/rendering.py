"""Pages in the forms that every document has: text, Markdown and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.reports.markdown.page import pages_markdown
from framewatt.reports.spreadsheet import pages_csv
from framewatt.reports.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from framewatt.reports.page import Page

FORMS: Mapping[str, Callable[..., str]] = {"text": plain_text, "markdown": pages_markdown, "csv": pages_csv}
"""Each with its writer, which takes pages and `details`: the rest of them too."""


def rendered(pages: Sequence[Page], form: str, *, details: bool = False) -> str:
    """Pages in a form; Markdown folds its details away, so that it always has them."""
    return FORMS[form](pages, details=details or form == "markdown")
