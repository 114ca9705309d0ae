"""Documents in a format of ``framewatt report``, as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.discovery import find
from framewatt.errors import StoreError, reason_of
from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import FORMS, json_text, reported
from framewatt.reports.rendering import rendered as drawn

if TYPE_CHECKING:
    from os import PathLike

    from framewatt.records import Json


def rendered(document: Json, form: str, *, details: bool) -> str:
    """A document in a form; one that a reporter alone has tells of a run's own study.

    Raises:
        BadInput: no such form, or this document is not told in it.
    """
    if form == "json":
        return json_text(document)
    if form in FORMS:
        return drawn(pages_of(document), form, details=details)
    return reported(document, find("reporters", form).module.render)


def save(text: str, path: str | PathLike[str]) -> None:
    """Write a report to a file.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {reason_of(error)}") from error
