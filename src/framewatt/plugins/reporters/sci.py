"""The SCI disclosure as the Green Software Foundation asks for it, in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.decided import RunFigures
from framewatt.carbon.disclosure.from_decision import disclosures
from framewatt.reports.markdown.disclosure import comparison, to_markdown

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "SCI disclosure (Green Software Foundation), Markdown"


def render(decision: Json) -> bytes:
    """The first selected candidate's disclosure (the first measured one's without a choice), then the others.

    Raises:
        BadInput: nothing was measured, or the view is not the attributional one.
    """
    documents = disclosures(RunFigures.from_json(decision))
    chosen = next(iter(documents.values()))
    return f"{to_markdown(chosen)}\n{comparison(documents)}".encode()
