"""What every answer can do: be reported, be shown in a notebook, be taken apart."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Protocol

from framewatt.api.rendering import rendered, save
from framewatt.reports.html.page import pages_html
from framewatt.reports.pages.catalogue import pages_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from framewatt.records import Json


class Answer(Protocol):
    """An answer's own document, and the one that its run is told by."""

    @property
    def document(self) -> Mapping[str, Any]:
        """The answer as a document."""

    @property
    def told(self) -> Json:
        """The document that reports are of: the same, or one that holds every study of the run."""


class Told:
    """What an `Answer` can do by its documents alone."""

    __slots__ = ()

    def to_dict(self: Answer) -> dict[str, Any]:
        """The document as plain data of its own."""
        return deepcopy(dict(self.document))

    def report(
        self: Answer,
        format: str = "text",  # noqa: A002 - as the command's option
        path: str | PathLike[str] | None = None,
        *,
        details: bool = False,
    ) -> str:
        """What ``framewatt report --format`` prints of the run; written to `path` too, if given.

        Raises:
            BadInput: no such format, or not for this.
            StoreError: the file cannot be written.
        """
        text = rendered(self.told, format, details=details)
        if path is not None:
            save(text, path)
        return text

    def _repr_html_(self: Answer) -> str:
        """The sentence and the one table of each study."""
        return pages_html(pages_of(self.told))
