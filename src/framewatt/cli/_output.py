"""Where a command's document goes and in which form: one set of options, one way out."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import format_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.cli._options import Decorator
    from framewatt.records import Json
    from framewatt.reports.pages.reference import Reference

    Forms = Mapping[str, Callable[[Json], str]]

FORMATS = ("text", "json", "markdown", "csv")
"""Every document is told in these."""


@dataclass(frozen=True, slots=True)
class Output:
    """A form, the file that it goes to instead of stdout, and whether the details come too.

    `own` are forms that only this command's document has, or has its own way of writing.
    """

    form: str
    target: Path | None = None
    details: bool = False
    own: Forms | None = None

    @property
    def leaves_stdout_free(self) -> bool:
        """Whether something else may be printed there: people see both, a program would choke on it."""
        return self.form == "text" or self.target is not None

    def with_own(self, own: Forms) -> Output:
        """The same with a command's own forms."""
        return replace(self, own=own)

    def write(self, document: Json, reference: Reference | None = None) -> None:
        """Print the document, or write it to the file.

        Raises:
            BadInput: a form that it is not told in.
            StoreError: the file cannot be written.
        """
        if self.target is not None:
            _save(self.target, self._rendered(document, reference))
        elif self.form == "text" and self.form not in (self.own or {}):
            self._show(document, reference)
        else:
            click.echo(self._rendered(document, reference), nl=False)

    def _rendered(self, document: Json, reference: Reference | None) -> str:
        from framewatt.reports.pages.catalogue import pages_of
        from framewatt.reports.rendering import json_text, rendered

        if self.own and self.form in self.own:
            return self.own[self.form](document)
        if self.form == "json":
            return json_text(document)
        return rendered(pages_of(document, reference), self.form, details=self.details)

    def _show(self, document: Json, reference: Reference | None) -> None:
        from rich.console import Console

        from framewatt.reports.pages.catalogue import pages_of
        from framewatt.reports.text.page import show_pages

        show_pages(pages_of(document, reference), Console(highlight=False), details=self.details)


def output_options(*more: str, hint: str = "", explained: str = "", any_form: bool = False) -> Decorator:
    """``--format``, ``--output`` and ``--details``: the command is handed an `Output`.

    Args:
        more: Forms beside the `FORMATS`.
        hint: What is added where a form is refused.
        explained: The help of ``--format``.
        any_form: The command looks the form's name up itself.
    """
    words = () if any_form else (*FORMATS, *more)
    options = (
        format_option(*words, hint=hint, explained=explained),
        click.option(
            "-o",
            "--output",
            "output_file",
            type=click.Path(path_type=Path),
            help="Write to a file, not to stdout.",
        ),
        click.option("--details", is_flag=True, help="Everything: all settings, costs, sources, reasons."),
    )

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def writing(
            *arguments: Any, output: str, output_file: Path | None, details: bool, **others: Any
        ) -> Any:
            return function(*arguments, output=Output(output, output_file, details), **others)

        command: Callable[..., Any] = writing
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _save(target: Path, rendered: str) -> None:
    from framewatt.errors import StoreError, reason_of

    try:
        target.write_text(rendered, encoding="utf-8")
    except OSError as error:
        raise StoreError(reason_of(error)) from error
    click.echo(f"wrote {target}", err=True)
